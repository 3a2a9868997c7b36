package packer

import (
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
)

// rr makes what RROrg/rr takes: model and version in the words of its menus,
// its user-config.yml, and the text that has an image built by its repository.
// What the keys mean was read in RROrg/rr@e83ec2b, files/initrd/opt/rr:
// menu.sh, boot.sh, ramdisk-patch.sh, include/modules.sh.
func rr(in Input) ([]File, []plan.Warning, error) {
	return menuLoader{
		title:      "RR",
		plans:      []string{"rr"},
		everything: "RR > Modules menu > Show/Select modules > Select all",
		blacklist:  "RR > Modules menu > modprobe blacklist",
		chosen:     rrChosen,
		forget:     forgetKeys("modelid", "buildnum", "smallnum", "paturl", "patsum"), // as its menu does
		bar:        modblacklist,
		odp:        true,
		more:       buildRequest,
	}.pack(in)
}

func rrChosen(p plan.Platform) []setting {
	if p.Model == "" || p.OSVersion == "" || p.Flavour == "" {
		return nil
	}
	settings := []setting{
		{key: "platform", value: p.Flavour},
		{key: "model", value: p.Model},
		{key: "productver", value: p.OSVersion},
		{key: "kpre", value: p.OSVersion}, // equal for all platforms of RR's platforms.yml
	}
	if p.Kernel != "" {
		settings = append(settings, setting{key: "kver", value: strings.TrimSuffix(p.Kernel, "+")})
	}
	return settings
}

// requestJSON is the text of an issue whose title begins with "custom": RR's
// repository answers it with an image (RROrg/rr@e83ec2b
// .github/workflows/issues.yml). Where modules is empty the pack stays whole.
type requestJSON struct {
	Format  string `json:"format"`
	Size    string `json:"size"`
	Model   string `json:"model"`
	Version string `json:"version"`
	Modules string `json:"modules"`
}

// buildRequest makes build-request.json. A request has no blacklist and no odp,
// so a loser is left out of the list, and with --minimal the system's own
// modules go as well.
func buildRequest(in Input, losers []loser) ([]File, []plan.Warning, error) {
	var names []string
	var warnings []plan.Warning
	switch all, _ := packNames(in); {
	case in.Minimal:
		names = baseNames(in.Plan)
		warnings = []plan.Warning{{
			Code: "request-deletes-modules",
			Text: "a build request cannot say odp: an image built from build-request.json loses those of the system's own modules that RR's pack has too",
			Hint: "build in RR's menus with user-config.yml instead",
		}}
	case len(losers) > 0 && len(all) == 0:
		warnings = []plan.Warning{{
			Code: "request-without-blacklist",
			Text: "build-request.json has the whole pack, also the modules that lost: no catalogue lists the pack",
		}}
	case len(losers) > 0:
		names = slices.DeleteFunc(all, func(name string) bool {
			return slices.ContainsFunc(losers, func(l loser) bool { return l.module == moduleName(strings.TrimPrefix(name, "update/")) })
		})
	}
	p := in.Plan.Platform
	files, err := documents(document{"build-request.json", requestJSON{"img", "4GB", p.Model, p.OSVersion, strings.Join(names, ",")}})
	return files, warnings, err
}
