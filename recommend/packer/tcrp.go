package packer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// tcrp makes what pocopico/tinycore-redpill takes: the commands of its
// rploader.sh that add the extension and build the loader, the extension with
// the plan's modules, and user_config.json with model and version in "general".
// Facts are from pocopico/tinycore-redpill@e855754: rploader.sh (ext_manager,
// buildloader), custom_config.json (names of platforms), user_config.json.
func tcrp(in Input) ([]File, []plan.Warning, error) {
	if err := cmp.Or(checkRedpill(in.Plan), checkBaseURL(in.BaseURL)); err != nil {
		return nil, nil, err
	}
	name, err := tcrpPlatform(in.Plan.Platform)
	if err != nil {
		return nil, nil, err
	}
	urls, files, warnings, err := tcrpExtensions(in)
	if err != nil {
		return nil, nil, err
	}
	config, more, err := tcrpConfig(in)
	if err != nil {
		return nil, nil, err
	}
	commands := tcrpCommands(name, urls)
	files = append(files, config,
		File{Name: "commands.txt", Data: []byte(strings.Join(commands, "\n") + "\n")},
		File{Name: "README.txt", Data: []byte(tcrpReadme(in, name, commands))},
	)
	return files, slices.Concat(warnings, more), nil
}

// tcrpPlatform returns a platform as rploader.sh is told: "ds918p-7.0.1-42218".
func tcrpPlatform(p plan.Platform) (string, error) {
	model, _, _ := strings.Cut(p.ID, "_")
	if p.OSVersion == "" || p.Build == "" {
		return "", fmt.Errorf("the plan does not name version and build of %s", p.ID)
	}
	return model + "-" + p.OSVersion + "-" + p.Build, nil
}

// tcrpExtensions returns the indexes to add: of the one extension that is made
// here, with its files, or of the originals where their archives are not at hand.
func tcrpExtensions(in Input) (urls []string, files []File, warnings []plan.Warning, err error) {
	if in.Fetch == nil {
		warnings = []plan.Warning{{
			Code: "originals-added",
			Text: "the archives are not at hand here: commands.txt adds the original extensions, which may load more than the plan",
			Hint: "run modscout pack plan.json --for tcrp -o DIR on a machine with network",
		}}
		return originalURLs(in.Plan), nil, warnings, nil
	}
	c, err := load(in)
	if err != nil || len(c.modules) == 0 && len(c.files) == 0 {
		return nil, nil, nil, err
	}
	files, err = extensionFiles(in, synthesise(in, c))
	return []string{in.url(indexName)}, files, slices.Concat(c.warnings, conflicts(in)), err
}

// originalURLs returns the indexes of the plan's extensions in load order.
func originalURLs(p *plan.Plan) (urls []string) {
	for _, id := range loadOrder(p) {
		for _, e := range p.Extensions {
			if e.ID == id && e.IndexURL != "" {
				urls = append(urls, e.IndexURL)
			}
		}
	}
	return urls
}

// tcrpCommands are to be typed in TCRP's /home/tc. "manual" leaves the
// extensions as they were added.
func tcrpCommands(platform string, urls []string) []string {
	var lines []string
	for _, url := range urls {
		lines = append(lines, fmt.Sprintf("./rploader.sh ext %s add '%s'", platform, strings.ReplaceAll(report.OneLine(url), "'", "%27")))
	}
	return append(lines, "./rploader.sh build "+platform+" manual")
}

// tcrpConfig sets model and version in the user's configuration. A list of
// extensions is merged where there is one and not begun where there is none:
// without it TCRP takes all that are installed, its own eudev and disks among
// them.
func tcrpConfig(in Input) (File, []plan.Warning, error) {
	config, err := parseUserConfig(in.UserConfig)
	if err != nil {
		return File{}, nil, err
	}
	var general object
	if _, err := config.get("general", &general); err != nil {
		return File{}, nil, fmt.Errorf("user_config.json: %w", err)
	}
	p := in.Plan.Platform
	if err := cmp.Or(general.set("model", p.Model), general.set("version", p.OSVersion+"-"+p.Build), config.set("general", general)); err != nil {
		return File{}, nil, err
	}
	var ids []string
	if listed, _ := config.get("extensions", new(any)); listed {
		ids = []string{synthesised}
		if in.Fetch == nil {
			ids = loadOrder(in.Plan)
		}
	}
	data, err := json.Marshal(config)
	if err != nil {
		return File{}, nil, err
	}
	in.UserConfig = data
	return userConfig(in, ids)
}

func tcrpReadme(in Input, platform string, commands []string) string {
	return fmt.Sprintf(`Drivers for %s, chosen by modscout
plan %s

Copy this folder to TCRP, to the place where it is now (%s)
or to where --base-url says, and user_config.json to /home/tc. Then, in /home/tc:

  %s

user_config.json is yours where this was packed with --user-config: model and
version in "general" are set, all else is kept.

TCRP's custom_config.json gives many platforms an extension all-modules, which
loads drivers by its own rules beside this one. To have the plan's modules and
no others, delete its line in "add_extensions" of %s before the build.
`, in.Plan.Platform.ID, in.Plan.ID, report.OneLine(in.Dir), strings.Join(commands, "\n  "), platform)
}
