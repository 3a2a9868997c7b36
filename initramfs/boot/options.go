package boot

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/u-root/u-root/pkg/cmdline"
)

// Options are what the kernel command line asks for.
type Options struct {
	Stick     string   // MBR signature, 8 lower-case hex digits; "" = none
	PowerOff  bool     // at the end
	Loader    string   // "" = any
	Platforms []string // none = all
	Show      string   // "plan" or "report"; "" = "plan"
	Probe     bool     // try drivers
	Serve     bool     // the page, by HTTP
	Export    *url.URL // send the answer there; nil = nowhere
	Shell     bool     // start the shell on each console, after the answer
	Debug     bool     // show the kernel's messages, and how long steps take

	Mistakes []string // options that are unknown, and values that are none
}

// An Option is one that the kernel command line may have.
type Option struct {
	Name  string // behind "modscout."
	Value string // what it looks like
	Does  string

	set func(o *Options, value string) error
}

// CommandLine lists all options, for people.
var CommandLine = []Option{
	{"show", "report", "show the devices instead of the plan", func(o *Options, value string) error {
		o.Show = value
		return oneOf(value, "plan", "report")
	}},
	{"loader", "NAME", "recommend for this loader", func(o *Options, value string) error {
		o.Loader = value
		return nil
	}},
	{"platform", "ID,ID", "recommend among these platforms", func(o *Options, value string) error {
		o.Platforms = strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
		return nil
	}},
	{"serve", "1", "show report and plan at http://ADDRESS/", flag(func(o *Options) *bool { return &o.Serve })},
	{"export", "URL", "send report and plan to https://SERVER/DIR/", setExport},
	{"probe", "1", "try the stick's drivers; the machine may hang", flag(func(o *Options) *bool { return &o.Probe })},
	{"shell", "1", "at the end, a shell on each console", flag(func(o *Options) *bool { return &o.Shell })},
	{"debug", "1", "show the kernel's messages, and how long steps take", flag(func(o *Options) *bool { return &o.Debug })},
	{"poweroff", "1", "power off at the end", flag(func(o *Options) *bool { return &o.PowerOff })},
	{"stick", "XXXXXXXX", "MBR signature of the disk to save on", func(o *Options, value string) error {
		o.Stick = strings.ToLower(value)
		return nil
	}},
}

// String is the option as it is written, "modscout.serve=1".
func (o Option) String() string { return "modscout." + o.Name + "=" + o.Value }

// flag sets what is on or off.
func flag(field func(*Options) *bool) func(*Options, string) error {
	return func(o *Options, value string) error {
		*field(o) = value == "1"
		return oneOf(value, "1", "0")
	}
}

func oneOf(value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("want %s", strings.Join(allowed, " or "))
}

// setExport wants the scheme to be written out. Without encryption anybody in
// between can read the report, change it and put another in its place, so
// http:// is taken only where it is asked for by name.
func setExport(o *Options, value string) error {
	to, err := url.Parse(value)
	if err != nil {
		return errors.New("not a URL")
	}
	if to.Scheme != "https" && to.Scheme != "http" || to.Host == "" {
		return errors.New("want https://HOST/PATH, or http:// where anybody in between may read it")
	}
	o.Export = to
	return nil
}

// readOptions takes the options from /proc/cmdline, which must be mounted.
func readOptions() Options { return parseOptions(cmdline.NewCmdLine().AsMap) }

// parseOptions takes those that begin with "modscout.". What it cannot use it
// remembers and leaves out.
func parseOptions(line map[string]string) (o Options) {
	for _, key := range slices.Sorted(maps.Keys(line)) {
		name, ours := strings.CutPrefix(key, "modscout.")
		if !ours {
			continue
		}
		at := slices.IndexFunc(CommandLine, func(option Option) bool { return option.Name == name })
		if at < 0 {
			o.Mistakes = append(o.Mistakes, key+" is no option of this image")
			continue
		}
		changed := o
		if err := CommandLine[at].set(&changed, line[key]); err != nil {
			o.Mistakes = append(o.Mistakes, fmt.Sprintf("%s=%s is left out: %v", key, line[key], err))
			continue
		}
		o = changed
	}
	return o
}
