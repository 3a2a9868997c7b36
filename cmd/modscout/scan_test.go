package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/scan/report"
)

// TestChangesOutput gives the ways to watch two reports of one machine.
func TestChangesOutput(t *testing.T) {
	first := &report.Report{Schema: report.Schema, Devices: []report.Device{{ID: "pci:0000:00:01.0", Bus: "pci", VendorID: "8086", DeviceID: "15f3"}}}
	second := &report.Report{Schema: report.Schema, Devices: []report.Device{{ID: "usb:1-1:1.0", Bus: "usb", VendorID: "0bda", DeviceID: "8156"}}}
	file := filepath.Join(t.TempDir(), "newest.json")
	tests := []struct {
		name   string
		output reportOutput
		stdout []string // in this order
	}{
		{"text", reportOutput{format: "text"}, []string{"  0000:00:01.0  8086:15f3", "- 0000:00:01.0  8086:15f3", "+ 1-1:1.0       0bda:8156"}},
		{"json", reportOutput{format: "json"}, []string{`{"devices":[{"bus":"pci"`, "}\n" + `{"devices":[{"bus":"usb"`}},
		{"file", reportOutput{format: "json", file: file}, nil},
	}
	for _, test := range tests {
		var stdout bytes.Buffer
		cmd := &cobra.Command{}
		cmd.SetOut(&stdout)
		changed := test.output.changes(cmd)
		for _, rep := range []*report.Report{first, second} {
			if err := changed(rep); err != nil {
				t.Fatal(err)
			}
		}
		rest := stdout.String()
		for _, want := range test.stdout {
			_, after, found := strings.Cut(rest, want)
			if !found {
				t.Errorf("%s: no %q in\n%s", test.name, want, &stdout)
			}
			rest = after
		}
		if test.stdout == nil && stdout.Len() > 0 {
			t.Errorf("%s: standard output holds %s", test.name, &stdout)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(data), "8156") || strings.Contains(string(data), "15f3") {
		t.Errorf("the file is not the newest report: %v\n%s", err, data)
	}
}
