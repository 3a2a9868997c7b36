package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/modscout/modscout/scan"
	"github.com/modscout/modscout/scan/names"
)

const scanRounds = 20

// scanRows compare a scan with a walk through all of /sys/devices for what each
// device asks for: on this machine in one process with names that are known by
// then, and as programs on a tree that is a PC's PCI functions and nothing else;
// and many devices with few.
func (b *bench) scanRows() ([]row, error) {
	pairs, err := depmodAliases(filepath.Join(b.first.modules, "modules.alias"))
	if err != nil {
		return nil, err
	}
	sizes := []int{100, 200, 1000}
	if b.short {
		sizes = []int{10, 20, 100}
	}
	keys := cards(pairs, sizes[2])
	ids := names.Open()
	scanner := func(root string) *machineScan { return &machineScan{root, ids} }
	roots := map[int]string{}
	for _, n := range sizes {
		roots[n] = filepath.Join(b.dir, fmt.Sprintf("sysroot-%d", n))
		if err := sysroot(roots[n], keys[:n]); err != nil {
			return nil, err
		}
	}
	live, pc, few, many := scanner("/"), scanner(roots[sizes[1]]), scanner(roots[sizes[0]]), scanner(roots[sizes[2]])
	program := command(b.modscout, "scan", "--sysroot", pc.root, "--format", "json", "-o", filepath.Join(b.dir, "scan.json"))
	find := command("find", filepath.Join(pc.root, "sys/devices"), "-name", "modalias", "-exec", "cat", "{}", ";")
	return []row{
		{work: "scan of this machine", beside: "walk of /sys/devices in Go: uevent, modalias", goal: 0.2, ours: live.scan, peer: live.walk, equal: live.equal},
		{work: fmt.Sprintf("scan of %d PCI functions, program", sizes[1]), beside: "RR's: find -name modalias -exec cat", goal: 0.2, ours: program, peer: find, equal: pc.equal},
		{work: fmt.Sprintf("scan of %d PCI functions", sizes[2]), beside: fmt.Sprintf("10 scans of %d", sizes[0]), goal: 1, ours: many.scan, peer: times(10, few.scan), equal: many.equal},
	}, nil
}

// machineScan is a machine's tree, read in both ways.
type machineScan struct {
	root string
	ids  *names.DB
}

func (m *machineScan) scan() (sample, error) {
	return own(scanRounds, func() error {
		_, err := scan.Scan(context.Background(), scan.Options{Root: m.root, Names: m.ids})
		return err
	})
}

func (m *machineScan) walk() (sample, error) {
	return own(scanRounds, func() error { return m.eachDevice(func(string, string) {}) })
}

// eachDevice calls found with each directory below sys/devices and each
// modalias that its files uevent and modalias have.
func (m *machineScan) eachDevice(found func(dir, modalias string)) error {
	return filepath.WalkDir(filepath.Join(m.root, "sys/devices"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "uevent" && entry.Name() != "modalias" {
			return nil // what may not be read, or is gone by now
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		for line := range strings.Lines(string(data)) {
			key, tagged := strings.CutPrefix(strings.TrimSpace(line), "MODALIAS=")
			if key != "" && (tagged || entry.Name() == "modalias") {
				found(filepath.Dir(path), key)
			}
		}
		return nil
	})
}

// equal wants each modalias of a device that is on a bus in the report. Others
// are of input devices and of the board's description, which no driver binds.
func (m *machineScan) equal() (string, error) {
	rep, err := scan.Scan(context.Background(), scan.Options{Root: m.root, Names: m.ids})
	if err != nil {
		return "", err
	}
	ours := map[string]bool{}
	for _, d := range rep.Devices {
		for _, key := range d.Modaliases {
			ours[key] = true
		}
	}
	theirs := map[string]bool{}
	err = m.eachDevice(func(dir, key string) {
		if subsystem, _ := os.Readlink(filepath.Join(dir, "subsystem")); strings.Contains(subsystem, "/bus/") {
			theirs[key] = true
		}
	})
	for key := range theirs {
		if !ours[key] {
			return "", fmt.Errorf("the scan lacks %s", key)
		}
	}
	return fmt.Sprintf("all %d modaliases, %d devices", len(theirs), len(rep.Devices)), err
}

// own measures work of this process: its CPU time, of all threads.
func own(rounds int, work func() error) (sample, error) {
	before, start := cpuTime(), time.Now()
	for range rounds {
		if err := work(); err != nil {
			return sample{}, err
		}
	}
	return sample{cost: float64(cpuTime()-before) / float64(rounds), wall: time.Since(start)}, nil
}

func cpuTime() time.Duration {
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used) // fails only for another first argument
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
