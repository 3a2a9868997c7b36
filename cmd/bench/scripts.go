package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/modscout/modscout/recommend/plan"
)

// machineDevices is about what lspci lists of a PC.
const machineDevices = 40

// scriptRows compare an answer for one machine with what the scripts of two
// loaders do to find its modules: cmd/bench/testdata/rr.sh and tcrp.sh.
func (b *bench) scriptRows() ([]row, error) {
	m, err := b.machine()
	if err != nil {
		return nil, err
	}
	ours := answer(b.modscout, "recommend", m.keys, "--catalog", m.catalog, "--format", "json", "-o", m.plan)
	rr := []string{"cmd/bench/testdata/rr.sh", b.first.base, b.first.name, m.keys}
	tcrp := []string{"cmd/bench/testdata/tcrp.sh", m.list, m.keys}
	return []row{
		{work: "one machine (RR)", beside: "RR's way", goal: 0.05, ours: ours, peer: command("sh", rr...),
			equal: func() (string, error) { return m.compare(rr, rr) }},
		{work: "one machine (TCRP)", beside: "TCRP's way", goal: 0.05, ours: ours, peer: command("sh", tcrp...),
			equal: func() (string, error) { return m.compare(rr, tcrp) }},
	}, nil
}

// machine is one of PCI devices that the kernel has drivers for, and the
// files that the ways to their modules need.
type machine struct {
	keys    string // a modalias a line
	catalog string // ours, of the kernel
	list    string // the kernel's aliases as JSON
	plan    string // our answer
}

func (b *bench) machine() (*machine, error) {
	file := func(name string) string { return filepath.Join(b.dir, name) }
	m := &machine{file("machine.txt"), file("kernel.json.zst"), file("aliases.json"), file("plan.json")}
	if _, err := answer(b.modscout, "catalog", "build", b.first.modules, "-o", m.catalog)(); err != nil {
		return nil, err
	}
	if err := b.prepare(b.first, file("machine.db")); err != nil {
		return nil, err
	}
	aliases := filepath.Join(b.first.modules, "modules.alias")
	pairs, err := depmodAliases(aliases)
	if err != nil {
		return nil, err
	}
	chosen := cards(pairs, machineDevices)
	chosen = append(chosen, ahci)
	if err := os.WriteFile(m.keys, []byte(strings.Join(chosen, "\n")+"\n"), 0o644); err != nil {
		return nil, err
	}
	return m, aliasList(pairs, m.list)
}

// cards are devices for patterns that name a vendor and a device, spread evenly
// over all such patterns.
func cards(pairs map[string]bool, count int) []string {
	const open, zeros = "sv*sd*bc*sc*i*", "sv00000000sd00000000bc00sc00i00"
	ids := map[string]bool{}
	for pair := range pairs {
		alias, _, _ := strings.Cut(pair, " ")
		if id, found := strings.CutSuffix(alias, open); found && strings.HasPrefix(id, "pci:v0000") {
			ids[id+zeros] = true
		}
	}
	all := slices.Sorted(maps.Keys(ids))
	var chosen []string
	for i := range count {
		chosen = append(chosen, all[i*len(all)/count])
	}
	return chosen
}

// ahci is a disk controller that only a pattern for its class claims.
const ahci = "pci:v00001022d00007904sv00001022sd00007904bc01sc06i01"

// aliasList writes depmod's aliases as the JSON that TCRP's way searches.
func aliasList(pairs map[string]bool, to string) error {
	type module struct {
		Name  string `json:"name"`
		Alias string `json:"alias"`
	}
	list := struct {
		Modules []module `json:"modules"`
	}{}
	for _, pair := range slices.Sorted(maps.Keys(pairs)) {
		at := strings.LastIndexByte(pair, ' ')
		list.Modules = append(list.Modules, module{pair[at+1:], pair[:at]})
	}
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

// compare wants for every device a module that modprobe names too, and none
// where it names none. It counts where the script's answer lacks that module.
func (m *machine) compare(modprobe, script []string) (string, error) {
	right, err := m.run(modprobe)
	if err != nil {
		return "", err
	}
	theirs, err := m.run(script)
	if err != nil {
		return "", err
	}
	ours, err := m.chosen()
	if err != nil {
		return "", err
	}
	if len(ours) != len(right) {
		return "", fmt.Errorf("%d devices in the plan, %d were asked for", len(ours), len(right))
	}
	wrong := 0
	for i, module := range ours {
		if !slices.Contains(right[i], module) && len(module)+len(right[i]) > 0 {
			return "", fmt.Errorf("device %d: we say %q, modprobe says %q", i+1, module, right[i])
		}
		if module != "" && !slices.Contains(theirs[i], module) {
			wrong++
		}
	}
	return fmt.Sprintf("%d devices; theirs lacks the module of %d", len(ours), wrong), nil
}

// run returns what a script says: the modules of each device.
func (m *machine) run(script []string) (modules [][]string, err error) {
	out, err := exec.Command("sh", script...).Output()
	for line := range strings.Lines(string(out)) {
		_, names, _ := strings.Cut(line, "\t")
		modules = append(modules, strings.Fields(strings.ReplaceAll(names, "-", "_")))
	}
	return modules, err
}

// chosen returns what our plan says: the module of each device, in the order of
// the input.
func (m *machine) chosen() ([]string, error) {
	data, err := os.ReadFile(m.plan)
	if err != nil {
		return nil, err
	}
	var p plan.Plan
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, err
	}
	modules := make([]string, len(p.Devices))
	for _, d := range p.Devices {
		_, at, _ := strings.Cut(d.ID, "#")
		n, err := strconv.Atoi(at)
		if err != nil || n < 1 || n > len(modules) {
			return nil, fmt.Errorf("device %s in a plan of %d", d.ID, len(modules))
		}
		modules[n-1] = d.Module
	}
	return modules, nil
}
