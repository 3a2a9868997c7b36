package scan

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// needed leaves of a file what a report or ghw asks for. The rest may be
// personal (the builder's name in /proc/version, a serial number or MAC address
// in uevent and on ARM in /proc/cpuinfo) or differ from one second to the next
// (the clock in /proc/cpuinfo, free memory), and would get into a capture.
func needed(file string, data []byte) []byte {
	switch {
	case path.Base(file) == "uevent":
		return keepFields(data, "=", ueventFields)
	case file == "proc/cpuinfo":
		return keepFields(data, ":", cpuinfoFields)
	case file == "proc/meminfo":
		return keepFields(data, ":", []string{"MemTotal"})
	case file == "proc/version":
		words := bytes.Fields(data)
		return bytes.Join(words[:min(3, len(words))], []byte(" "))
	}
	return data
}

var (
	ueventFields  = []string{"MODALIAS", "DRIVER", "PRODUCT", "TYPE", "INTERFACE", "DEVTYPE"}
	cpuinfoFields = []string{"processor", "vendor_id", "cpu family", "model", "model name", "flags",
		"CPU implementer", "Features"}
)

// keepFields leaves the lines with one of the names before the separator, and
// empty lines, which separate processors.
func keepFields(data []byte, separator string, names []string) []byte {
	var kept []byte
	for line := range bytes.Lines(data) {
		name, _, _ := strings.Cut(string(line), separator)
		if name = strings.TrimSpace(name); name == "" || slices.Contains(names, name) {
			kept = append(kept, line...)
		}
	}
	return kept
}
