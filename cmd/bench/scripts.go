package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/modscout/modscout/recommend/plan"
)

// scriptRows compare an answer for one machine with what the scripts of two
// loaders do to find its modules: cmd/bench/testdata/rr.sh and tcrp.sh. They
// start from what they ship, a pack of modules and a list of aliases; we start
// from what we ship, a catalogue of the same kernel.
func (b *bench) scriptRows() ([]row, error) {
	m, err := b.machine()
	if err != nil {
		return nil, err
	}
	ours := answer("sh", "-c", `"$0" scan --sysroot "$1" --format json -o "$2" && "$0" recommend "$2" --catalog "$3" --format json -o "$4"`,
		b.modscout, m.root, filepath.Join(b.dir, "report.json"), m.catalog, m.plan)
	rr := []string{"cmd/bench/testdata/rr.sh", m.root, m.pack.file, b.first.name, filepath.Join(b.dir, "rr")}
	tcrp := []string{"cmd/bench/testdata/tcrp.sh", m.root, m.aliases, m.index}
	work := fmt.Sprintf("scan and recommend, %d devices", len(m.keys))
	return []row{
		{work: work, beside: fmt.Sprintf("RR's way, a pack of %d modules", len(m.pack.modules)), goal: 0.05, slow: true,
			ours: ours, peer: command("sh", rr...), equal: func() (string, error) { return m.equalRR(rr) }},
		{work: work, beside: "TCRP's way, aliases in JSON", goal: 0.05, slow: true,
			ours: ours, peer: command("sh", tcrp...), equal: func() (string, error) { return m.equalTCRP(tcrp) }},
	}, nil
}

// machine is a PC of PCI devices, each with a module of its own in the pack,
// and the files that the ways to their modules need.
type machine struct {
	root    string   // a tree with sys and proc
	keys    []string // modaliases, by slot
	right   []string // the module of each, as modprobe says
	needs   map[string]bool
	pack    *pack
	catalog string // ours, of the kernel
	aliases string // TCRP's list: the pack's aliases in JSON
	index   string // TCRP's index of extensions
	plan    string // our answer
}

// Devices that both scripts are known to be wrong about.
const (
	viaRhine = "pci:v00001106d00003065sv00000000sd00000000bc02sc00i00" // its file is via-rhine.ko
	ahci     = "pci:v00001022d00007904sv00001022sd00007904bc01sc06i01" // only a pattern for its class claims it
)

func (b *bench) machine() (*machine, error) {
	file := func(name string) string { return filepath.Join(b.dir, name) }
	m := &machine{root: file("machine"), catalog: file("kernel.json.zst"), aliases: file("aliases.json"), index: file("index.json"), plan: file("plan.json")}
	if _, err := answer(b.modscout, "catalog", "build", b.first.modules, "-o", m.catalog)(); err != nil {
		return nil, err
	}
	if err := b.prepare(b.first, file("machine.db")); err != nil {
		return nil, err
	}
	var err error
	if m.pack, err = b.makePack(); err != nil {
		return nil, err
	}
	pairs, err := depmodAliases(filepath.Join(b.first.modules, "modules.alias"))
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(pairs, func(pair string, _ bool) bool { return !m.pack.modules[pair[strings.LastIndexByte(pair, ' ')+1:]] })
	if err := m.choose(b.first, cards(pairs, 8*b.devices()), b.devices()); err != nil {
		return nil, err
	}
	if err := sysroot(m.root, m.keys); err != nil {
		return nil, err
	}
	return m, m.writeLists(pairs)
}

// devices is how many modules the machine wants: as many as in a test of RR's
// way that took 6.4 s.
func (b *bench) devices() int {
	if b.short {
		return 8
	}
	return 32
}

// choose takes devices that modprobe has exactly one module for, each another,
// and notes what these need.
func (m *machine) choose(t *tree, keys []string, count int) error {
	dependencies, err := readDependencies(t)
	if err != nil {
		return err
	}
	files := map[string]string{}
	for file := range dependencies {
		files[moduleName(file)] = file
	}
	m.needs = map[string]bool{}
	for _, key := range slices.Concat([]string{viaRhine, ahci}, keys) {
		if len(m.keys) == count {
			break
		}
		out, _ := exec.Command("modprobe", "-d", t.base, "-S", t.name, "-R", key).Output() // 1 where there is none
		names := strings.Fields(string(out))
		if len(names) != 1 || slices.Contains(m.right, names[0]) || !m.pack.modules[names[0]] {
			continue
		}
		m.keys, m.right = append(m.keys, key), append(m.right, names[0])
		for _, file := range append(dependencies[files[names[0]]], files[names[0]]) {
			m.needs[moduleName(file)] = true
		}
	}
	return nil
}

// cards are devices for patterns that name a vendor and a device, spread evenly
// over all such patterns.
func cards(pairs map[string]bool, count int) []string {
	const open, zeros = "sv*sd*bc*sc*i*", "sv00000000sd00000000bc02sc00i00"
	ids := map[string]bool{}
	for pair := range pairs {
		alias, _, _ := strings.Cut(pair, " ")
		if id, found := strings.CutSuffix(alias, open); found && strings.HasPrefix(id, "pci:v0000") {
			ids[id+zeros] = true
		}
	}
	all := slices.Sorted(maps.Keys(ids))
	count = min(count, len(all))
	var chosen []string
	for i := range count {
		chosen = append(chosen, all[i*len(all)/count])
	}
	return chosen
}

// writeLists writes depmod's aliases in the form of TCRP's modules.alias.4.json,
// whose 3,339 are fewer, and an extension for each module in that of its
// rpext-index.json.
func (m *machine) writeLists(pairs map[string]bool) error {
	type module struct {
		Name  string `json:"name"`
		Alias string `json:"alias"`
	}
	list := struct {
		Modules []module `json:"modules"`
	}{}
	var index []byte
	last := ""
	for _, pair := range slices.SortedFunc(maps.Keys(pairs), byModule) {
		at := strings.LastIndexByte(pair, ' ')
		name := pair[at+1:]
		list.Modules = append(list.Modules, module{name, pair[:at]})
		if name != last {
			index = fmt.Appendf(index, "{\"id\":\"bench.%s\",\"url\":\"https://example.org/%s/rpext-index.json\"}\n", name, name)
		}
		last = name
	}
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	if err := os.WriteFile(m.aliases, data, 0o644); err != nil {
		return err
	}
	return os.WriteFile(m.index, index, 0o644)
}

func byModule(a, b string) int {
	return strings.Compare(a[strings.LastIndexByte(a, ' '):]+a, b[strings.LastIndexByte(b, ' '):]+b)
}

// equalRR wants our plan to hold the modules of all devices and what these need,
// so all of RR's that are right. It says what either has alone: we have those of
// the disks that controllers will show.
func (m *machine) equalRR(script []string) (string, error) {
	ours, err := m.chosen()
	if err != nil {
		return "", err
	}
	lacking := maps.Clone(m.needs)
	var more []string
	for _, module := range ours.Modules {
		if !m.needs[module.Name] {
			more = append(more, module.Name)
		}
		delete(lacking, module.Name)
	}
	if len(lacking) > 0 {
		return "", fmt.Errorf("our plan lacks %s, which modprobe would load", orNone(slices.Sorted(maps.Keys(lacking))))
	}
	out, err := exec.Command("sh", script...).Output()
	if err != nil {
		return "", err
	}
	lacking = maps.Clone(m.needs)
	for name := range strings.FieldsSeq(string(out)) {
		delete(lacking, moduleName(name))
	}
	return fmt.Sprintf("all %d modules that modprobe would load; theirs lacks %s; ours has %s too",
		len(m.needs), orNone(slices.Sorted(maps.Keys(lacking))), orNone(more)), nil
}

// equalTCRP wants of our plan modprobe's module for each device. It says for
// which modules TCRP's way does not name theirs.
func (m *machine) equalTCRP(script []string) (string, error) {
	ours, err := m.chosen()
	if err != nil {
		return "", err
	}
	out, err := exec.Command("sh", script...).Output()
	if err != nil {
		return "", err
	}
	theirs := map[string]string{}
	for line := range strings.Lines(string(out)) {
		at, rest, _ := strings.Cut(line, "\t")
		names, _, _ := strings.Cut(rest, "\t")
		theirs[at] = names
	}
	var lacking []string
	for i, want := range m.right {
		if got := ours.module(slot(i)); got != want {
			return "", fmt.Errorf("%s: we say %q, modprobe says %q", m.keys[i], got, want)
		}
		if !slices.Contains(strings.Fields(theirs[strings.TrimPrefix(slot(i), "0000:")]), want) {
			lacking = append(lacking, want)
		}
	}
	return fmt.Sprintf("%d devices, as modprobe says; theirs lacks %s, and all that others need", len(m.right), orNone(lacking)), nil
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// ourPlan is a plan that is asked by slot.
type ourPlan struct{ plan.Plan }

// chosen reads our plan.
func (m *machine) chosen() (*ourPlan, error) {
	data, err := os.ReadFile(m.plan)
	if err != nil {
		return nil, err
	}
	var p ourPlan
	return &p, json.Unmarshal(data, &p.Plan)
}

func (p *ourPlan) module(slot string) string {
	for _, d := range p.Devices {
		if d.ID == "pci:"+slot {
			return d.Module
		}
	}
	return ""
}
