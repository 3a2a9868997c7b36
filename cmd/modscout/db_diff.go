package main

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias"
)

func newDBDiffCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "What two databases differ in, by module and by device",
		Long: `Compare two databases, platform by platform; two that hold one platform each are
compared whatever its name is. One line a difference:

  +platform ID                   -platform ID
  +module NAME                   -module NAME
  +device 8086:15f3 igc PATTERN  a module claims more
  -device 8086:15f3 igc PATTERN  a module claims less

A device is shown by its ids where the pattern has them. The status is 1 where
there are differences.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			old, err := readPlatforms(cmd, args[0])
			if err != nil {
				return err
			}
			new, err := readPlatforms(cmd, args[1])
			if err != nil {
				return err
			}
			lines := diffPlatforms(old, new)
			err = writeBuffered(cmd.OutOrStdout(), func(w io.Writer) error { return writeLines(w, lines) })
			if err == nil && len(lines) > 0 {
				err = errIncomplete
			}
			return err
		},
	}
}

func writeLines(w io.Writer, lines []string) error {
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func diffPlatforms(old, new []modalias.Platform) []string {
	if len(old) == 1 && len(new) == 1 {
		return diffModules(&old[0], &new[0])
	}
	ids := map[string]bool{}
	for _, p := range slices.Concat(old, new) {
		ids[p.ID] = true
	}
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		a, b := find(old, id), find(new, id)
		switch {
		case a == nil:
			lines = append(lines, "+platform "+id)
		case b == nil:
			lines = append(lines, "-platform "+id)
		default:
			for _, line := range diffModules(a, b) {
				lines = append(lines, id+" "+line)
			}
		}
	}
	return lines
}

func find(platforms []modalias.Platform, id string) *modalias.Platform {
	if i := slices.IndexFunc(platforms, func(p modalias.Platform) bool { return p.ID == id }); i >= 0 {
		return &platforms[i]
	}
	return nil
}

// diffModules lists modules first, then devices, each in order.
func diffModules(old, new *modalias.Platform) []string {
	modulesOld, claimsOld := sets(old)
	modulesNew, claimsNew := sets(new)
	return append(diffSets("module", modulesOld, modulesNew), diffSets("device", claimsOld, claimsNew)...)
}

// sets returns the modules of a platform, and what they claim, as they are
// printed.
func sets(p *modalias.Platform) (modules, claims map[string]bool) {
	modules, claims = map[string]bool{}, map[string]bool{}
	for _, m := range p.Modules {
		name := m.Name
		if m.Builtin {
			name += " (built in)"
		}
		modules[name] = true
		for _, alias := range m.Aliases {
			claims[deviceName(alias)+" "+name+" "+alias] = true
		}
	}
	return modules, claims
}

func diffSets(what string, old, new map[string]bool) []string {
	both := maps.Clone(old)
	maps.Copy(both, new)
	var lines []string
	for _, item := range slices.Sorted(maps.Keys(both)) {
		switch {
		case !old[item]:
			lines = append(lines, "+"+what+" "+item)
		case !new[item]:
			lines = append(lines, "-"+what+" "+item)
		}
	}
	return lines
}

var (
	pciIDs = regexp.MustCompile(`^pci:v0000([0-9A-F]{4})d0000([0-9A-F]{4})sv`)
	usbIDs = regexp.MustCompile(`^usb:v([0-9A-F]{4})p([0-9A-F]{4})d`)
)

// deviceName returns the vendor and device id that a pattern names, as lspci
// and lsusb print them, or else its bus.
func deviceName(pattern string) string {
	for _, ids := range []*regexp.Regexp{pciIDs, usbIDs} {
		if m := ids.FindStringSubmatch(pattern); m != nil {
			return strings.ToLower(m[1] + ":" + m[2])
		}
	}
	bus, _, _ := strings.Cut(pattern, ":")
	return bus
}
