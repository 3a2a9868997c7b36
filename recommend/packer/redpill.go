package packer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// redpill makes what RedPill-TTG/redpill-load takes: one extension with the
// plan's modules, the user_config.json that names it, and the same as an
// initrd layer.
//
// One extension rather than the originals, because the loader's own runner
// ends the boot when two extensions bring the same module.
func redpill(in Input) ([]File, []plan.Warning, error) {
	if err := cmp.Or(checkRedpill(in.Plan), checkBaseURL(in.BaseURL)); err != nil {
		return nil, nil, err
	}
	if in.Fetch == nil {
		return originals(in)
	}
	c, err := load(in)
	if err != nil {
		return nil, nil, err
	}
	if len(c.modules) == 0 && len(c.files) == 0 {
		return nothing(in)
	}
	r := synthesise(in, c)
	files, err := extensionFiles(in, r)
	if err != nil {
		return nil, nil, err
	}
	layer, err := layerOf(in, r, runner(in, r))
	if err != nil {
		return nil, nil, err
	}
	config, warnings, err := userConfig(in, []string{r.id})
	if err != nil {
		return nil, nil, err
	}
	files = append(files,
		File{Name: "custom.gz", Data: layer},
		config,
		indexURLs(in.Plan),
		File{Name: "README.txt", Data: []byte(redpillReadme(in, r))},
	)
	return files, slices.Concat(c.warnings, conflicts(in), warnings), nil
}

// checkRedpill refuses plans that redpill-load has no words for.
func checkRedpill(p *plan.Plan) error {
	if p.Platform.Loader != "redpill" && p.Platform.Loader != "tcrp" { // they share platforms and extensions
		return wrongLoader(p)
	}
	for _, e := range p.Extensions {
		if err := check("extension id", e.ID, extensionID); err != nil {
			return err
		}
	}
	if err := checkWords(p); err != nil {
		return err
	}
	return check("platform id", p.Platform.ID, platformID)
}

// originals is the answer where no archive can be had: the originals' ids and
// index URLs, which redpill-load can use at once, and how to get the layer.
func originals(in Input) ([]File, []plan.Warning, error) {
	config, warnings, err := userConfig(in, loadOrder(in.Plan))
	if err != nil {
		return nil, nil, err
	}
	warnings = append(warnings, plan.Warning{
		Code: "layer-left-out",
		Text: "the archives are not at hand here: no extension and no custom.gz were made",
		Hint: "run modscout pack plan.json --for redpill -o DIR on a machine with network",
	})
	readme := File{Name: "README.txt", Data: []byte(originalsReadme(in))}
	return []File{config, indexURLs(in.Plan), readme}, warnings, nil
}

// loadOrder returns the plan's extensions as their modules come: redpill-load
// loads one extension after the other.
func loadOrder(p *plan.Plan) []string {
	var ids []string
	add := func(id string) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, m := range p.Modules {
		add(m.Extension)
	}
	for _, e := range p.Extensions {
		add(e.ID)
	}
	return ids
}

// nothing is the answer to a plan without modules: the platform drives all.
func nothing(in Input) ([]File, []plan.Warning, error) {
	config, warnings, err := userConfig(in, nil)
	if err != nil {
		return nil, nil, err
	}
	warnings = append(warnings, plan.Warning{
		Code: "no-modules",
		Text: "the plan needs no module, so there is no extension to build",
		Hint: "redpill-load takes an empty list for \"all\": remove installed driver extensions with ext-manager.sh remove ID",
	})
	return []File{config, indexURLs(in.Plan)}, warnings, nil
}

// indexURLs lists where the plan's own extensions can be had, for information.
func indexURLs(p *plan.Plan) File {
	var b strings.Builder
	for _, e := range p.Extensions {
		if e.IndexURL != "" {
			fmt.Fprintln(&b, report.OneLine(e.IndexURL))
		}
	}
	return File{Name: "extensions.txt", Data: []byte(b.String())}
}

// userConfig merges ids into the user's configuration.
func userConfig(in Input, ids []string) (File, []plan.Warning, error) {
	var warnings []plan.Warning
	data, err := mergeUserConfig(in.UserConfig, ids, func(id string) bool {
		keep, why := keepExtension(in, id)
		code := "extension-removed"
		if keep {
			code = "extension-kept"
		}
		if why != "" {
			warnings = append(warnings, plan.Warning{Code: code, Text: id + " of your user_config.json: " + why})
		}
		return keep
	})
	return File{Name: "user_config.json", Data: data, Backup: true}, warnings, err
}

// keepExtension decides on an extension that a user's list names and the plan
// does not: drivers go, because the plan has those that are needed.
func keepExtension(in Input, id string) (keep bool, why string) {
	if slices.ContainsFunc(in.Plan.Extensions, func(e plan.Extension) bool { return e.ID == id }) {
		return false, "its modules are in " + synthesised
	}
	if id == synthesised {
		return false, "this plan has nothing for it"
	}
	for _, c := range in.Catalogs {
		if e := findExtension(c, id); e != nil {
			if at, found := e.Releases[in.Plan.Platform.ID]; found && at < len(e.Recipes) && len(e.Recipes[at].Kmods) > 0 {
				return false, "the plan does not need its drivers"
			}
			return true, ""
		}
	}
	return true, "kept, as no catalogue knows it; a module that it shares with the plan would end the boot"
}

// conflicts warns where another of the plan's extensions loads a module with
// other arguments than the plan does.
func conflicts(in Input) (warnings []plan.Warning) {
	for _, m := range in.Plan.Modules {
		for _, e := range in.Plan.Extensions {
			args, found := argsOf(in, e.ID, m.Name)
			if !found || args == m.Args {
				continue
			}
			warnings = append(warnings, plan.Warning{
				Code: "conflicting-arguments",
				Text: fmt.Sprintf("%s is loaded with %q as %s says; %s says %q", m.File, m.Args, m.Extension, e.ID, args),
			})
		}
	}
	return warnings
}

// argsOf returns the arguments that an extension gives to a module.
func argsOf(in Input, extension, module string) (args string, found bool) {
	for _, c := range in.Catalogs {
		e := findExtension(c, extension)
		if e == nil {
			continue
		}
		at, found := e.Releases[in.Plan.Platform.ID]
		if !found || at >= len(e.Recipes) {
			continue
		}
		for _, k := range e.Recipes[at].Kmods {
			if c.Modules[k.Module].Name == module && (k.Listed == nil || *k.Listed) {
				return k.Args, true
			}
		}
	}
	return "", false
}

func findExtension(c *catalog.Catalog, id string) *catalog.Extension {
	for i := range c.Extensions {
		if c.Extensions[i].ID == id {
			return &c.Extensions[i]
		}
	}
	return nil
}
