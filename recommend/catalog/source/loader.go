package source

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/goccy/go-yaml"

	"github.com/modscout/modscout/modalias/archive"
)

// Loader is a loader that modscout was found to run in, and what of its own
// lies there.
type Loader struct {
	Name    string   // "rr", "arc", "arpl" or "tcrp"
	Version string   // its own, where a file says so
	Sources []string // directories of module packs and extensions, for [Read]
	Config  string   // its configuration: user-config.yml or user_config.json
	Choice  Choice   // what that says
}

// Choice is what a loader's configuration says that its user chose. Fields that
// it lacks are empty.
type Choice struct {
	Platform string `yaml:"platform"` // the kernel's flavour: "apollolake"
	Model    string `yaml:"model"`
	OS       string `yaml:"productver"`
	Kernel   string `yaml:"kver"`
	Custom   string `yaml:"kernel"` // "custom" for RR's and ARC's own kernel, whose packs are others
}

// A place is where one kind of loader keeps its things.
type place struct {
	loader  string
	marks   []string // any of them says that it is this loader
	version string   // file that says its version
	sources []string // directories
	configs []string
}

// places are those of RROrg/rr@e83ec2b include/consts.sh, AuxXxilium/arc
// include/consts.sh, fbelavenuto/arpl include/consts.sh and
// pocopico/tinycore-redpill rploader.sh. ARC and RR grew out of ARPL and share
// its directories.
var places = []place{
	{"arc", []string{"mnt/p1/ARC-VERSION", "mnt/p3/bzImage-arc", "opt/arc"}, "mnt/p1/ARC-VERSION",
		[]string{"mnt/p3/modules"}, []string{"mnt/p1/user-config.yml"}},
	{"rr", []string{"mnt/p3/bzImage-rr", "mnt/p3/initrd-rr", "opt/rr"}, "opt/rr/include/consts.sh",
		[]string{"mnt/p3/modules"}, []string{"mnt/p1/user-config.yml"}},
	{"arpl", []string{"mnt/p3/bzImage-arpl", "opt/arpl"}, "opt/arpl/include/consts.sh",
		[]string{"mnt/p3/modules"}, []string{"mnt/p1/user-config.yml"}},
	{"rr", []string{"mnt/p3/modules"}, "",
		[]string{"mnt/p3/modules"}, []string{"mnt/p1/user-config.yml", "mnt/p3/user-config.yml"}},
	{"tcrp", []string{"home/tc/redpill-load/custom/extensions"}, "",
		[]string{"home/tc/redpill-load/custom/extensions"}, []string{"home/tc/user_config.json"}},
}

// FindLoader looks below root, "/" on a running system, for a loader. It only
// looks: what it finds is read by [Read].
func FindLoader(root string) (*Loader, bool) {
	for _, p := range places {
		if !slices.ContainsFunc(p.marks, func(mark string) bool { return exists(filepath.Join(root, mark)) }) {
			continue
		}
		l := &Loader{Name: p.loader, Version: versionIn(filepath.Join(root, p.version))}
		for _, name := range p.sources {
			if dir := filepath.Join(root, name); len(packsIn(dir)) > 0 || isInstalled(dir) {
				l.Sources = append(l.Sources, dir)
			}
		}
		for _, config := range p.configs {
			if file := filepath.Join(root, config); l.Config == "" && exists(file) {
				l.Config, l.Choice = file, readChoice(file)
			}
		}
		return l, true
	}
	return nil, false
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// maxConfig is the largest configuration that is read, in bytes.
const maxConfig = 1 << 20

// readChoice reads a configuration as far as it can be read: a damaged one
// says nothing.
func readChoice(file string) (c Choice) {
	data, err := archive.ReadFile(file, maxConfig)
	if err != nil {
		return c
	}
	if strings.HasSuffix(file, ".yml") {
		if yaml.Unmarshal(data, &c) != nil {
			return Choice{}
		}
		return c
	}
	var config struct {
		General struct {
			Model   string `json:"model"`
			Version string `json:"version"`
		} `json:"general"`
	}
	if json.Unmarshal(data, &config) != nil {
		return c
	}
	return Choice{Model: config.General.Model, OS: config.General.Version}
}

// version is how the loaders' shell files name it: RR_VERSION="26.7.4".
var version = regexp.MustCompile(`(?m)^[A-Z]+_VERSION="?([0-9][^"\s]*)`)

// versionIn reads a loader's version from such a file, or from one that holds
// nothing else.
func versionIn(file string) string {
	data, _ := archive.ReadFile(file, maxConfig)
	if part := version.FindSubmatch(data); part != nil {
		return string(part[1])
	}
	line, _, _ := strings.Cut(string(data), "\n")
	if line = strings.TrimSpace(line); strings.Contains(line, " ") {
		return ""
	}
	return line
}
