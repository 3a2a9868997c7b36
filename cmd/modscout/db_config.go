package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/modprobe"
)

// readConfig reads the configuration of modprobe that --config names.
func readConfig(cmd *cobra.Command, paths []string) (*modprobe.Config, error) {
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("reading the configuration: %w", err)
		}
	}
	config, err := modprobe.ReadDirs(paths...)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	for _, line := range config.Ignored {
		fmt.Fprintf(cmd.ErrOrStderr(), "ignored: %s is no line of modprobe.d\n", oneLine(line.String()))
	}
	return config, nil
}

// configure turns what the modules claim into what modprobe would load: an
// alias of the configuration stands for all of them, and blacklisted ones are
// left out.
func configure(cmd *cobra.Command, table *modalias.Table, platform string, paths []string, results []matchResult) error {
	config, err := readConfig(cmd, paths)
	if err != nil {
		return err
	}
	platforms, err := table.Platforms()
	if err != nil {
		return fmt.Errorf("reading the database: %w", err)
	}
	platforms = slices.DeleteFunc(platforms, func(p modalias.Platform) bool { return platform != "" && p.ID != platform })
	for i := range results {
		r := &results[i]
		if aliases := config.Overrides(r.Modalias); len(aliases) > 0 {
			r.Modules = override(aliases, platforms)
		}
		r.Modules = slices.DeleteFunc(r.Modules, func(m matchModule) bool { return config.Blacklisted(m.Module) })
	}
	return nil
}

// override names the modules of aliases on each platform, whether it has them
// or not, as "modprobe -R" does.
func override(aliases []modprobe.Alias, platforms []modalias.Platform) []matchModule {
	var list []matchModule
	for _, p := range platforms {
		for _, a := range aliases {
			m := matchModule{Module: a.Module, Platform: p.ID, Pattern: a.Pattern, Certainty: modalias.Certain.String()}
			if i := slices.IndexFunc(p.Modules, func(m modalias.Module) bool { return m.Name == a.Module }); i >= 0 {
				m.File, m.Builtin = p.Modules[i].File, p.Modules[i].Builtin
			}
			list = append(list, m)
		}
	}
	return list
}
