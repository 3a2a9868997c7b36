package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/modscout/modscout/modalias"
)

// buildRows compare the making of a database with depmod.
func (b *bench) buildRows() ([]row, error) {
	kernel := "linux-image-6.12-amd64"
	if b.short {
		kernel = "linux-image-6.12-cloud-amd64"
	}
	xz, err := b.kernel(kernel, "xz", 1, nil)
	if err != nil {
		return nil, err
	}
	whole, err := b.whole("symbols and dependencies of plain .ko too", 0.25, b.first)
	if err != nil {
		return nil, err
	}
	rows := []row{
		b.build("db build of plain .ko", 0.12, b.first),
		whole,
		b.build("db build of .ko.xz", 1.3, xz).within(0.7),
	}
	if b.only.MatchString(zstWork) {
		zst, err := b.kernel("linux-image-cloud-amd64", "zst", 1, zstd)
		if err != nil {
			return nil, err
		}
		rows = append(rows, b.build(zstWork, 0.85, zst).within(0.55))
	}
	return rows, nil
}

const zstWork = "db build of .ko.zst"

// build is a row that reads a whole tree anew each time.
func (b *bench) build(work string, goal float64, t *tree) row {
	db := filepath.Join(b.dir, strings.ReplaceAll(filepath.Base(t.base), "/", "-")+".db")
	return row{
		work:   fmt.Sprintf("%s, %s, %d modules", work, t.name, t.count),
		beside: "depmod",
		goal:   goal,
		ours:   b.full(t, db),
		peer:   command(b.depmod, "-b", t.base, t.name),
		equal:  func() (string, error) { return equalAliases(db, t) },
	}
}

// full is a build without the memory of an earlier one.
func (b *bench) full(t *tree, db string) func() (sample, error) {
	return func() (sample, error) {
		if err := b.forget(); err != nil {
			return sample{}, err
		}
		return command(b.modscout, "db", "build", t.modules, "-o", db)()
	}
}

// forget removes what builds keep for the next one.
func (b *bench) forget() error { return os.RemoveAll(b.memory) }

// equalAliases compares who claims what: our table and depmod's modules.alias.
func equalAliases(db string, t *tree) (string, error) {
	platforms, err := platforms(db)
	if err != nil {
		return "", err
	}
	ours := claims(platforms, func(m *modalias.Module) string { return m.Name })
	theirs, err := depmodAliases(filepath.Join(t.modules, "modules.alias"))
	if err != nil {
		return "", err
	}
	if !maps.Equal(ours, theirs) {
		return "", fmt.Errorf("%d aliases, depmod has %d, %d differ", len(ours), len(theirs), differ(ours, theirs))
	}
	return fmt.Sprintf("%d aliases", len(ours)), nil
}

// platforms reads a database of ours.
func platforms(db string) ([]modalias.Platform, error) {
	table, err := modalias.OpenTable(db)
	if err != nil {
		return nil, err
	}
	return table.Platforms()
}

// claims are pairs of an alias and the module that has it, by the name that
// the peer calls it by.
func claims(platforms []modalias.Platform, name func(*modalias.Module) string) map[string]bool {
	pairs := map[string]bool{}
	for _, p := range platforms {
		for i := range p.Modules {
			m := &p.Modules[i]
			if m.Builtin {
				continue
			}
			for _, alias := range m.Aliases {
				pairs[folded(alias)+" "+name(m)] = true
			}
		}
	}
	return pairs
}

func depmodAliases(file string) (map[string]bool, error) {
	data, err := os.ReadFile(file)
	pairs := map[string]bool{}
	for line := range bytes.Lines(data) {
		if rest, found := strings.CutPrefix(strings.TrimSpace(string(line)), "alias "); found {
			at := strings.LastIndexByte(rest, ' ')
			pairs[folded(rest[:at])+rest[at:]] = true
		}
	}
	return pairs, err
}

// folded is an alias as both sides compare it: where '-' became '_' is
// settled by the oracle tests, not here.
func folded(alias string) string { return strings.ReplaceAll(alias, "-", "_") }

func differ(a, b map[string]bool) int {
	n := 0
	for key := range a {
		if !b[key] {
			n++
		}
	}
	for key := range b {
		if !a[key] {
			n++
		}
	}
	return n
}

// rebuildRows compare a second build with depmod -A and with depmod.
func (b *bench) rebuildRows() ([]row, error) {
	t, db := b.first, filepath.Join(b.dir, "again.db")
	if err := b.prepare(t, db); err != nil {
		return nil, err
	}
	again := command(b.modscout, "db", "build", t.modules, "-o", db)
	modules, err := filepath.Glob(filepath.Join(t.modules, "kernel", "drivers", "net", "ethernet", "intel", "igc", "*.ko"))
	if err != nil || len(modules) == 0 {
		return nil, fmt.Errorf("no igc.ko in %s: %w", t.modules, err)
	}
	equal := func() (string, error) { return equalAliases(db, t) }
	return []row{
		{work: "db build again, nothing changed", beside: "depmod -A", goal: 1.3, ours: again, peer: command(b.depmod, "-A", "-b", t.base, t.name), equal: equal},
		{work: "db build again, one module replaced, which says the same", beside: "depmod", goal: 0.05, ours: replaced(modules[0], same, again), peer: command(b.depmod, "-b", t.base, t.name), equal: equal},
		{work: "db build again, one module replaced, which says something new", beside: "depmod", goal: 0.05, ours: replaced(modules[0], otherDevice, again), peer: command(b.depmod, "-b", t.base, t.name), equal: equal},
	}, nil
}

// prepare makes both sides' first build.
func (b *bench) prepare(t *tree, db string) error {
	if err := b.forget(); err != nil {
		return err
	}
	for _, first := range []func() (sample, error){
		command(b.depmod, "-b", t.base, t.name),
		command(b.modscout, "db", "build", t.modules, "-o", db),
	} {
		if _, err := first(); err != nil {
			return err
		}
	}
	return nil
}

// replaced replaces a module before each run, as a package upgrade does, by one
// of other content.
func replaced(file string, content func([]byte) []byte, then func() (sample, error)) func() (sample, error) {
	return func() (sample, error) {
		data, err := os.ReadFile(file)
		if err == nil {
			err = os.Remove(file) // a hard link: the original stays as it is
		}
		if err == nil {
			err = os.WriteFile(file, content(data), 0o644)
		}
		if err != nil {
			return sample{}, err
		}
		return then()
	}
}

// same is a module that says what it said.
func same(module []byte) []byte { return module }

// otherDevice is a module that claims another of Intel's devices, and the first
// one again when it is called for the second time.
func otherDevice(module []byte) []byte {
	const igc, none = "alias=pci:v00008086d000015F3", "alias=pci:v00008086d0000FFF3"
	if bytes.Contains(module, []byte(igc)) {
		return bytes.Replace(module, []byte(igc), []byte(none), 1)
	}
	return bytes.Replace(module, []byte(none), []byte(igc), 1)
}

// growthRows compare us with ourselves: eight times the modules should cost
// no more than eight times the work.
func (b *bench) growthRows() ([]row, error) {
	small, err := b.kernel("linux-image-amd64", "eighth", 8, nil)
	if err != nil {
		return nil, err
	}
	smallDB, largeDB := filepath.Join(b.dir, "small.db"), filepath.Join(b.dir, "large.db")
	return []row{{
		work: "db build of 8 times the modules", beside: "8 builds of an eighth", goal: 1, ours: b.full(b.first, largeDB), peer: times(8, b.full(small, smallDB)),
		equal: func() (string, error) { return equalAliases(largeDB, b.first) },
	}}, nil
}

// elapsed times a function of this process.
func elapsed(work func()) float64 {
	start := time.Now()
	work()
	return float64(time.Since(start))
}

// least is the shortest of several times, which is the one least disturbed.
func least(rounds int, work func()) float64 {
	times := make([]float64, rounds)
	for i := range times {
		times[i] = elapsed(work)
	}
	return slices.Min(times)
}
