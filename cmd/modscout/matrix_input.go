package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/scan/foreign"
	"github.com/modscout/modscout/scan/report"
)

// sortArguments tells what matrix was given apart: catalogues by name or file,
// sources of them, and machines. A file that is neither of the first two is a
// machine, because import reads whatever people paste.
func (f *matrixFlags) sortArguments(cmd *cobra.Command, args []string) (cats []*catalog.Catalog, machines []recommend.Machine, err error) {
	var sources []string
	for _, arg := range args {
		if c, err := catalogNamed(arg); err == nil {
			cats = append(cats, c)
			continue
		}
		if info, err := os.Stat(arg); err != nil || info.IsDir() {
			sources = append(sources, arg)
			continue
		}
		if c, err := f.sources.open(cmd, []string{arg}); err == nil && len(c.Platforms) > 0 {
			cats = append(cats, c)
			continue
		}
		r, err := importFiles(cmd, []string{arg}, foreign.Options{})
		if err != nil {
			return nil, nil, err
		}
		machines = append(machines, recommend.Machine{Name: filepath.Base(arg), Report: r})
	}
	if len(sources) > 0 {
		c, err := f.sources.open(cmd, sources)
		if err != nil {
			return nil, nil, err
		}
		cats = append(cats, c)
	}
	if len(cats) == 0 {
		return nil, nil, withHint(errors.New("no catalogue was named"), "name one: default is the one that answers rest on")
	}
	return cats, machines, nil
}

// weightedLine is one line of a list: vendor, device, count and, if it is
// known, class.
var weightedLine = regexp.MustCompile(`^(?:0x)?([0-9a-fA-F]{4})[\s:,]+(?:0x)?([0-9a-fA-F]{4})[\s,]+([0-9]+)(?:[\s,]+([0-9a-fA-F]{4,6}))?\s*$`)

// weightedIDs reads a list of PCI ids with the number of machines that have
// each, compressed or not. A first line of titles and comments are passed over.
func weightedIDs(cmd *cobra.Command, file string) (*recommend.Machine, error) {
	data, err := readInput(cmd, file)
	if err != nil {
		return nil, fmt.Errorf("reading the ids %s: %w", file, err)
	}
	plain, err := archive.Decompress(bytes.NewReader(data), archive.Default)
	if err != nil {
		return nil, fmt.Errorf("reading the ids %s: %w", file, err)
	}
	m := &recommend.Machine{Name: file, Report: &report.Report{}, Counts: []int{}}
	lines := bufio.NewScanner(plain)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		part := weightedLine.FindStringSubmatch(line)
		switch {
		case part != nil:
			if err := addWeighted(m, part); err != nil {
				return nil, fmt.Errorf("reading the ids %s: line %d: %w", file, n, err)
			}
		case line != "" && n > 1 && !strings.HasPrefix(line, "#"):
			return nil, withHint(fmt.Errorf("reading the ids %s: line %d is no VENDOR DEVICE COUNT: %q", file, n, line),
				"write ids as lspci -n prints them, and a number of machines: 8086 15f3 120")
		}
	}
	if len(m.Counts) == 0 {
		return nil, fmt.Errorf("reading the ids %s: no VENDOR DEVICE COUNT in it", file)
	}
	return m, lines.Err()
}

func addWeighted(m *recommend.Machine, part []string) error {
	count, err := strconv.Atoi(part[3])
	if err != nil {
		return err
	}
	m.Report.Devices = append(m.Report.Devices, report.Device{
		ID:  fmt.Sprintf("pci:%s:%s#%d", strings.ToLower(part[1]), strings.ToLower(part[2]), len(m.Counts)+1),
		Bus: "pci", VendorID: strings.ToLower(part[1]), DeviceID: strings.ToLower(part[2]), Class: strings.ToLower(part[4]),
	})
	m.Counts = append(m.Counts, count)
	return nil
}
