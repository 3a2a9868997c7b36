package packer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
)

// arplModels are the models of each flavour that ARPL can build: the files of
// fbelavenuto/arpl@1b77082 files/board/arpl/overlayfs/opt/arpl/model-configs.
var arplModels = map[string][]string{
	"apollolake":  {"DS918+"},
	"broadwell":   {"DS3617xs"},
	"broadwellnk": {"DS3622xs+", "RS4021xs+"},
	"bromolow":    {"DS3615xs"},
	"denverton":   {"DVA3219", "DVA3221"},
	"geminilake":  {"DS920+", "DS1520+", "DVA1622"},
	"r1000":       {"DS923+"},
	"v1000":       {"DS1621+", "DS2422+", "FS2500"},
}

// arpl makes what fbelavenuto/arpl takes. What the keys mean was read in
// fbelavenuto/arpl@1b77082, files/board/arpl/overlayfs/opt/arpl: init.sh,
// menu.sh, boot.sh, ramdisk-patch.sh. It knows neither modblacklist nor odp;
// what "cmdline" holds goes to the kernel, where modprobe looks for its
// blacklist.
func arpl(in Input) ([]File, []plan.Warning, error) {
	files, warnings, err := menuLoader{
		title:      "ARPL",
		plans:      []string{"arpl"},
		everything: "ARPL > Advanced menu > Modules > Select all modules",
		blacklist:  "ARPL > Advanced menu > Edit user config file manually, below cmdline as modprobe.blacklist,",
		chosen:     arplChosen,
		forget:     arplForget,
		bar:        arplBar,
	}.pack(in)
	p := in.Plan.Platform
	if models := arplModels[p.Flavour]; err == nil && !slices.Contains(models, p.Model) {
		warnings = append(warnings, plan.Warning{
			Code: "model-unknown-to-loader",
			Text: fmt.Sprintf("ARPL cannot build a %s", p.Model),
			Hint: "choose a model with the same kernel: " + strings.Join(models, ", "),
		})
	}
	return files, warnings, err
}

func arplChosen(p plan.Platform) []setting {
	if p.Model == "" {
		return nil
	}
	settings := []setting{{key: "model", value: p.Model}}
	if p.Build != "" {
		settings = append(settings, setting{key: "build", value: p.Build})
	}
	return settings
}

// arplForget empties what its menu writes anew with a model or a build.
func arplForget(old *yamlFile) (settings []setting, err error) {
	if old.has("synoinfo") {
		settings = append(settings, setting{key: "synoinfo", names: []string{}})
	}
	hashes, err := forgetKeys("zimage-hash", "ramdisk-hash")(old)
	return append(settings, hashes...), err
}

// arplBar puts the losers on the kernel's command line.
func arplBar(old *yamlFile, losers []loser) (setting, error) {
	const key = "modprobe.blacklist"
	cmdline, err := old.nested("cmdline")
	if err != nil {
		return setting{}, err
	}
	return old.below("cmdline", barred(key, cmdline.text(key), losers))
}
