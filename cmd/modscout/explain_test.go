package main

import (
	"testing"

	"github.com/modscout/modscout/modalias"
)

func TestMatchedFields(t *testing.T) {
	bare := []string{modalias.PCIKey("8086", "15f3", "", "", "0200")}
	for pattern, want := range map[string]string{
		"pci:v00008086d000015F3sv*sd*bc*sc*i*":               "vendor, device",
		"pci:v00008086d000015F3sv00001043sd000087D2bc*sc*i*": "vendor, device, subvendor?, subdevice?",
		"pci:v*d*sv*sd*bc*sc*i*":                             "",
	} {
		if got := matchedFields(pattern, bare); got != want {
			t.Errorf("matchedFields(%q) = %q, want %q", pattern, got, want)
		}
	}
}
