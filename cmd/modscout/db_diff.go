package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

func newDBDiffCmd() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "What two databases differ in, by device and by module",
		Long: `Compare two databases, platform by platform; two that hold one platform each are
compared whatever its name is. For each platform that differs it prints which
modules came and went, and which devices

  gained    had no driver of their own and have one now
  lost      had one and have none now
  moved     are claimed by other modules than before
  changed   are claimed by the same modules with other patterns

A device is named by its ids where the pattern has them, else by the pattern.
The status is 1 where there are differences.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFormat(format, "text", "json"); err != nil {
				return err
			}
			old, err := readPlatforms(cmd, args[0])
			if err != nil {
				return err
			}
			new, err := readPlatforms(cmd, args[1])
			if err != nil {
				return err
			}
			diff := dbDiff{diffSchema, diffTables(old, new)}
			if format == "json" {
				err = jsondoc.Write(cmd.OutOrStdout(), diff)
			} else {
				err = writeBuffered(cmd.OutOrStdout(), diff.write)
			}
			if err == nil && len(diff.Platforms) > 0 {
				err = errIncomplete
			}
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// The differences in JSON. Platforms that do not differ are left out.
type (
	dbDiff struct {
		Schema    string         `json:"schema"`
		Platforms []platformDiff `json:"platforms"`
	}
	platformDiff struct {
		Platform string       `json:"platform"`
		Old      string       `json:"old,omitempty"` // its name in the old database, where that is another
		Change   string       `json:"change"`        // added, removed, changed
		Added    []string     `json:"modules_added,omitempty"`
		Removed  []string     `json:"modules_removed,omitempty"`
		Devices  []deviceDiff `json:"devices,omitempty"`
	}
	deviceDiff struct {
		ID          string   `json:"id"`     // "8086:15f3", or a pattern without ids
		Change      string   `json:"change"` // gained, lost, moved, changed
		Old         []string `json:"old_modules,omitempty"`
		New         []string `json:"new_modules,omitempty"`
		OldPatterns []string `json:"old_patterns,omitempty"` // that the new one has not
		NewPatterns []string `json:"new_patterns,omitempty"` // that the old one has not
	}
)

const diffSchema = "modscout.dbdiff/v1"

// diffTables compares platforms of the same ID, or the only ones.
func diffTables(old, new []modalias.Platform) []platformDiff {
	if len(old) == 1 && len(new) == 1 {
		d := diffPlatform(&old[0], &new[0])
		if d.empty() {
			return []platformDiff{}
		}
		if old[0].ID != new[0].ID {
			d.Old = old[0].ID
		}
		return []platformDiff{d}
	}
	before, after := byID(old), byID(new)
	both := maps.Clone(before)
	maps.Copy(both, after)
	diffs := []platformDiff{}
	for _, id := range slices.Sorted(maps.Keys(both)) {
		a, b := before[id], after[id]
		switch {
		case a == nil:
			diffs = append(diffs, platformDiff{Platform: id, Change: "added"})
		case b == nil:
			diffs = append(diffs, platformDiff{Platform: id, Change: "removed"})
		default:
			if d := diffPlatform(a, b); !d.empty() {
				diffs = append(diffs, d)
			}
		}
	}
	return diffs
}

func byID(platforms []modalias.Platform) map[string]*modalias.Platform {
	m := map[string]*modalias.Platform{}
	for i := range platforms {
		m[platforms[i].ID] = &platforms[i]
	}
	return m
}

func diffPlatform(old, new *modalias.Platform) platformDiff {
	d := platformDiff{Platform: new.ID, Change: "changed"}
	modulesOld, modulesNew := moduleSet(old), moduleSet(new)
	d.Removed, d.Added = missing(modulesOld, modulesNew), missing(modulesNew, modulesOld)
	claimsOld, claimsNew := claimsOf(old), claimsOf(new)
	both := maps.Clone(claimsOld)
	maps.Copy(both, claimsNew)
	for _, id := range slices.Sorted(maps.Keys(both)) {
		if device := diffDevice(claimsOld[id], claimsNew[id]); device.Change != "" {
			device.ID = id
			d.Devices = append(d.Devices, device)
		}
	}
	return d
}

func (d *platformDiff) empty() bool { return len(d.Added)+len(d.Removed)+len(d.Devices) == 0 }

func moduleSet(p *modalias.Platform) map[string]bool {
	set := map[string]bool{}
	for i := range p.Modules {
		set[printedName(&p.Modules[i])] = true
	}
	return set
}

func printedName(m *modalias.Module) string {
	if m.Builtin {
		return m.Name + " (built in)"
	}
	return m.Name
}

// claims is who claims one device.
type claims struct{ modules, patterns map[string]bool }

func claimsOf(p *modalias.Platform) map[string]claims {
	all := map[string]claims{}
	for i := range p.Modules {
		for _, pattern := range p.Modules[i].Aliases {
			id := deviceID(pattern)
			c, found := all[id]
			if !found {
				c = claims{map[string]bool{}, map[string]bool{}}
				all[id] = c
			}
			c.modules[printedName(&p.Modules[i])] = true
			c.patterns[pattern] = true
		}
	}
	return all
}

func diffDevice(old, new claims) deviceDiff {
	d := deviceDiff{
		Old: slices.Sorted(maps.Keys(old.modules)), New: slices.Sorted(maps.Keys(new.modules)),
		OldPatterns: missing(old.patterns, new.patterns), NewPatterns: missing(new.patterns, old.patterns),
	}
	switch {
	case len(d.Old) == 0:
		d.Change = "gained"
	case len(d.New) == 0:
		d.Change = "lost"
	case !slices.Equal(d.Old, d.New):
		d.Change = "moved"
	case len(d.OldPatterns)+len(d.NewPatterns) > 0:
		d.Change = "changed"
	}
	return d
}

// missing returns what the first set has and the second has not, sorted.
func missing(from, in map[string]bool) []string {
	var list []string
	for item := range from {
		if !in[item] {
			list = append(list, item)
		}
	}
	slices.Sort(list)
	return list
}

var (
	pciIDs = regexp.MustCompile(`^pci:v0000([0-9A-F]{4})d0000([0-9A-F]{4})sv`)
	usbIDs = regexp.MustCompile(`^usb:v([0-9A-F]{4})p([0-9A-F]{4})d`)
)

// deviceID returns the vendor and device id that a pattern names, as lspci and
// lsusb print them, or else the pattern.
func deviceID(pattern string) string {
	for _, ids := range []*regexp.Regexp{pciIDs, usbIDs} {
		if m := ids.FindStringSubmatch(pattern); m != nil {
			return pattern[:4] + strings.ToLower(m[1]+":"+m[2])
		}
	}
	return pattern
}

// write prints release notes.
func (d dbDiff) write(w io.Writer) error {
	for i, p := range d.Platforms {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := p.write(w); err != nil {
			return err
		}
	}
	return nil
}

func (d *platformDiff) write(w io.Writer) error {
	if d.Change != "changed" {
		_, err := fmt.Fprintf(w, "%s: %s\n", d.Platform, d.Change)
		return err
	}
	fmt.Fprintf(w, "%s, compared with %s\n", d.Platform, cmp.Or(d.Old, "before"))
	writeList(w, "modules added", d.Added)
	writeList(w, "modules removed", d.Removed)
	for _, change := range []string{"gained", "lost", "moved", "changed"} {
		var lines []string
		for _, device := range d.Devices {
			if device.Change == change {
				lines = append(lines, device.ID+"\t"+device.story())
			}
		}
		writeList(w, "devices "+change, lines)
	}
	_, err := fmt.Fprint(w)
	return err
}

// story says which modules claim the device.
func (d *deviceDiff) story() string {
	old, new := strings.Join(d.Old, ", "), strings.Join(d.New, ", ")
	switch d.Change {
	case "gained":
		return new
	case "moved":
		return old + " -> " + new
	}
	return old
}

func writeList(w io.Writer, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(w, "%s: %d\n", title, len(lines))
	for _, line := range lines {
		fmt.Fprintf(w, "  %s\n", line)
	}
}
