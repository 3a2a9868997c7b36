package boot

import (
	"strings"

	"github.com/u-root/u-root/pkg/cmdline"
)

// Options are what the kernel command line asks for; [Run]'s package comment
// lists them.
type Options struct {
	Stick     string   // MBR signature, 8 lower-case hex digits; "" = none
	PowerOff  bool     // at the end
	Loader    string   // "" = any
	Platforms []string // none = all
	Show      string   // "plan" or "report"
	Probe     bool     // try drivers
}

// readOptions takes the options from /proc/cmdline, which must be mounted.
func readOptions() Options {
	line := cmdline.NewCmdLine()
	get := func(name string) string {
		value, _ := line.Flag("modscout." + name)
		return value
	}
	return Options{
		Stick:     strings.ToLower(get("stick")),
		PowerOff:  get("poweroff") == "1",
		Loader:    get("loader"),
		Platforms: strings.FieldsFunc(get("platform"), func(r rune) bool { return r == ',' }),
		Show:      get("show"),
		Probe:     get("probe") == "1",
	}
}
