package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/show"
	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/scantest"
)

// TestCodesRoundTrip reads the QR codes of a scanned machine back, in the wrong
// order and pasted into one text, and writes the same codes again.
func TestCodesRoundTrip(t *testing.T) {
	file := tempFile(t, "report.json", command(t, "", "scan", "--sysroot", canary(t), "--format", "json"))
	want := codeTexts(command(t, "", "show", file, "--format", "qr"))
	if len(want) == 0 {
		t.Fatal("no code")
	}
	slices.Reverse(want)
	paste := "I see this:\n\n> " + strings.Join(want, "\n> ") + "\n\nthanks"
	imported := command(t, paste, "import", "-", "--format", "json")
	got := codeTexts(command(t, "", "show", tempFile(t, "report.json", imported), "--format", "qr"))
	slices.Reverse(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("codes of what was imported mismatch (-want +got):\n%s", diff)
	}
	if r := readReport(t, imported); r.Source.Kind != "code" || len(r.Source.Warnings) > 0 {
		t.Errorf("source = %+v, want kind code without warnings", r.Source)
	}
}

// A code that is missing, changed or of another machine is told.
func TestCodesIncomplete(t *testing.T) {
	r := &report.Report{Machine: report.Machine{Firmware: "uefi"}}
	for i := range 30 {
		r.Devices = append(r.Devices, report.Device{Bus: "pci", VendorID: "8086", DeviceID: "15" + string("0123456789abcdef"[i%16]) + string("ab"[i/16]), Class: "020000"})
	}
	codes := show.Codes(r, show.Options{})
	if len(codes) < 3 {
		t.Fatalf("%d codes, want several", len(codes))
	}
	tests := []struct {
		name, warning string
		paste         []string
	}{
		{"whole", "", codes},
		{"twice the same", "", append(slices.Clone(codes), codes...)},
		{"lower case, broken lines", "", strings.Split(strings.ToLower(strings.Join(codes, "\n")), " 8086:1505")},
		{"one missing", "code-missing", codes[1:]},
		{"changed", "code-damaged", []string{strings.Join(codes, "\n")[:60] + strings.Replace(strings.Join(codes, "\n")[60:], "8086:15", "8086:16", 1)}},
		{"another machine", "conflict", append(slices.Clone(codes), "MODSCOUT1 1/1-0000 BIOS")},
		{"strange word", "unread", append(slices.Clone(codes[:1]), strings.Replace(codes[1], " 8086:", " HELLO 8086:", 1))},
	}
	for _, tt := range tests {
		var out bytes.Buffer
		paste := strings.Join(tt.paste, "\n")
		if tt.name == "lower case, broken lines" {
			paste = strings.Join(tt.paste, "\n8086:1505")
		}
		if status := run(t.Context(), []string{"import", "-", "--format", "json"}, strings.NewReader(paste), &out, &out); status != 0 {
			t.Errorf("%s: status %d\n%s", tt.name, status, &out)
			continue
		}
		got := readReport(t, out.Bytes())
		found := slices.ContainsFunc(got.Source.Warnings, func(w report.Warning) bool { return w.Code == tt.warning })
		if tt.warning == "" && (len(got.Source.Warnings) > 0 || len(got.Devices) != len(r.Devices)) || tt.warning != "" && !found {
			t.Errorf("%s: %d devices, warnings %+v, want %q", tt.name, len(got.Devices), got.Source.Warnings, tt.warning)
		}
	}
}

var codeText = regexp.MustCompile(`(?m)^MODSCOUT1 [^\n]*(?:\n[^\n\x1b]+)*`)

// codeTexts are the texts below the codes that show drew.
func codeTexts(drawn []byte) []string {
	var texts []string
	for _, text := range codeText.FindAllString(string(drawn), -1) {
		texts = append(texts, strings.ReplaceAll(text, "\n", " "))
	}
	return texts
}

func readReport(t *testing.T, data []byte) *report.Report {
	t.Helper()
	r, err := report.Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tempFile writes a file of this name to a folder of its own.
func tempFile(t *testing.T, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	scantest.File(t, file, string(data))
	return file
}
