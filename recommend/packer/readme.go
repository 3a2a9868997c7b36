package packer

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// redpillReadme says what each file is and what to do with it.
func redpillReadme(in Input, r recipe) string {
	var b strings.Builder
	fmt.Fprintf(&b, `Drivers for %s, chosen by modscout
plan %s

What to do: in the folder of redpill-load,

  ./ext-manager.sh force_add %s '%s'
  copy user_config.json of this folder over your own; it holds your settings
  where this was packed with --user-config
  ./build-loader.sh %s

`, in.Plan.Platform.ID, in.Plan.ID, r.id, in.url(indexName), buildArguments(in.Plan.Platform))
	b.WriteString("Modules, in load order:\n\n")
	for _, m := range r.modules {
		fmt.Fprintf(&b, "  %-24s from %s", m.File, m.Extension)
		if len(m.RequiredBy) > 0 {
			fmt.Fprintf(&b, ", needed by %s", report.OneLine(strings.Join(m.RequiredBy, ", ")))
		}
		b.WriteString("\n")
	}
	for _, f := range in.Plan.Firmware {
		if !f.Shipped {
			fmt.Fprintf(&b, "\n%s asks for the firmware %s, which nothing here brings.\n", report.OneLine(f.Module), report.OneLine(f.File))
		}
	}
	b.WriteString(`
custom.gz is the same set as a finished initrd layer with a runner that does not
end the boot when one module fails. It holds /exts and nothing else: redpill-load's
own custom.gz also holds the RedPill module (usr/lib/modules/rp.ko). So do not
replace that file. Copy ours beside it under another name, for example
modscout.gz, and let grub.cfg load it last:

  initrd /rd.gz /custom.gz /modscout.gz

If the system comes up without network, put the loader's stick into another PC:
modscout-boot.log on its first partition tells why.

  modscout import modscout-boot.log

extensions.txt lists the indexes of the original extensions, for information.
`)
	return b.String()
}

// buildArguments returns what build-loader.sh is called with, or what to put
// there where the plan does not say it.
func buildArguments(p plan.Platform) string {
	if p.Model == "" || p.OSVersion == "" || p.Build == "" {
		return "MODEL VERSION-BUILD"
	}
	return "'" + p.Model + "' " + p.OSVersion + "-" + p.Build
}

// originalsReadme says how to go on from files without the layer.
func originalsReadme(in Input) string {
	return fmt.Sprintf(`Drivers for %s, chosen by modscout
plan %s

The archives were not at hand where this was written, so the one extension with
all modules is missing. On a machine with network:

  modscout pack plan.json --for redpill -o DIR

Without modscout, redpill-load can use the original extensions: run
./ext-manager.sh add URL for each line of extensions.txt; user_config.json names
them in order. If two of them bring the same module, its runner ends the boot.
`, in.Plan.Platform.ID, in.Plan.ID)
}

// readme says what to choose, and why.
func (l menuLoader) readme(in Input, losers []loser) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s for this machine, chosen by modscout\nplan %s\n\n", l.title, in.Plan.ID)
	fmt.Fprintf(&b, "In %s's menus choose:\n\n", l.title)
	for _, step := range l.steps(in.Plan) {
		fmt.Fprintf(&b, "  %s: %s\n", report.OneLine(step.Where), report.OneLine(step.Text))
	}
	if len(losers) > 0 {
		fmt.Fprintf(&b, "\nTwo modules claim one device; in %s add:\n\n", l.blacklist)
		for _, l := range losers {
			fmt.Fprintf(&b, "  %s, because %s drives %s (%s)\n", l.module, l.winner, report.OneLine(l.device), report.OneLine(l.why))
		}
	}
	fmt.Fprintf(&b, `
user-config.yml is the same as a file, for the first partition of %[1]s's stick
(/mnt/p1). Make it from your own (pack --user-config) so that serial number,
network and addons stay; then build the loader again from the menu. A model or
version that differs from your file's is best chosen in the menus, which also
find the system's download.
`, l.title)
	if in.Minimal {
		fmt.Fprintf(&b, `
This file keeps only the modules that the plan needs (--minimal). A card that is
added later has no driver until the pack is whole again
(%s)
and the loader is built once more.
`, l.everything)
	}
	return b.String()
}

// steps returns the plan's steps in the words of the loader that packs, or the
// two that every plan needs.
func (l menuLoader) steps(p *plan.Plan) []plan.Step {
	if len(p.Steps) > 0 && strings.HasPrefix(p.Steps[0].Where, l.title+" ") {
		return p.Steps
	}
	return []plan.Step{
		{Where: l.title + " > Choose a model", Text: p.Platform.Model},
		{Where: l.title + " > Choose a version", Text: cmp.Or(p.Platform.OSVersion, p.Platform.Build, "one with kernel "+p.Platform.Kernel)},
	}
}
