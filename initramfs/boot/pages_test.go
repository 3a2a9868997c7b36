package boot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// detailed is a session after the answer for three devices, that explains them.
func detailed(t *testing.T) (*session, *fakeSystem) {
	t.Helper()
	parts := sampleParts()
	parts.Scan = func(context.Context) (*report.Report, error) {
		return &report.Report{Schema: report.Schema, Source: report.Source{Kind: "sysfs"}, Devices: []report.Device{
			{ID: "pci:0000:00:02.0", Bus: "pci", VendorID: "8086", DeviceID: "125c", Class: "020000", Device: "I226-V"},
			{ID: "pci:0000:00:17.0", Bus: "pci", VendorID: "8086", DeviceID: "54d3", Class: "010601", Driver: "ahci"},
			{ID: "usb:1-1:1.0", Bus: "usb", Interface: "030101", Modaliases: []string{"usb:v0627p0001"}},
		}}, nil
	}
	parts.Pages = func(byte, *plan.Plan, *report.Report, Size) ([]string, error) { return []string{"the list\n"}, nil }
	parts.Explain = func(_ context.Context, _ *plan.Plan, _ *report.Report, _ Options, id string) (*plan.Explanation, error) {
		if strings.HasPrefix(id, "usb:") {
			return nil, errors.New("out of luck")
		}
		return &plan.Explanation{Device: plan.Device{ID: id, Verdict: plan.ByModule, Certainty: plan.Known, Importance: plan.Boot}}, nil
	}
	system := &fakeSystem{}
	s := start(t, parts, system)
	system.screen.Reset()
	return s, system
}

// TestDetails types numbers and steps through the devices, in the order of the
// list: the disk controller comes first.
func TestDetails(t *testing.T) {
	const (
		disk    = "8086:54d3 SATA (pci:0000:00:17.0) on linux:test"
		card    = "8086:125c I226-V (pci:0000:00:02.0) on linux:test"
		another = "usb:1-1:1.0 usb device"
	)
	tests := []struct {
		keys string
		want []string // on the screen, in this order
	}{
		{"dn", []string{"the list\n", "NUMBER Enter", disk, "extension, known, boot", "1 of 3, page 1 of 1. Enter next page"}},
		{"d2\n", []string{"\n2\n", card, "2 of 3, page"}},
		{"d2\r", []string{card}},
		{"d12\x7f\n", []string{"12\b \b\n", disk}},
		{"d2\nn", []string{card, "3 of 3"}},
		{"d2\nb", []string{card, disk, "1 of 3"}},
		{"d2\nd1\n", []string{card, "the list\n", disk}},
		{"d4\n", []string{"There are 3 devices.\n"}},
		{"d99999999999999999999\n", []string{"There are 3 devices.\n"}},
		{"d3\n", []string{"explain: out of luck", another, "usb:v0627p0001", "3 of 3"}},
		{"d2\n\n", []string{card, card}}, // one page: Enter shows it again
		{"b", []string{"There are 3 devices.\n"}},
	}
	for _, tt := range tests {
		s, system := detailed(t)
		for _, key := range []byte(tt.keys) {
			s.press(t.Context(), key)
		}
		screen := system.screen.String()
		for _, want := range tt.want {
			_, after, found := strings.Cut(screen, want)
			if !found {
				t.Fatalf("after %q the screen lacks %q:\n%s", tt.keys, want, &system.screen)
			}
			screen = after
		}
	}
}

// Digits mean nothing where no devices are shown, and a number is forgotten
// when another key comes.
func TestDigitsElsewhere(t *testing.T) {
	for _, keys := range []string{"2\n", "a2\n", "o2\n", "d2a\n"} {
		s, system := detailed(t)
		for _, key := range []byte(keys) {
			s.press(t.Context(), key)
		}
		if strings.Contains(system.screen.String(), "I226-V") {
			t.Errorf("%q shows a device:\n%s", keys, &system.screen)
		}
	}
}

// Without a plan there is what the report says.
func TestDetailsWithoutPlan(t *testing.T) {
	s, system := detailed(t)
	s.plan = nil
	s.press(t.Context(), 'n')
	want := "8086:54d3 SATA (pci:0000:00:17.0)\n\nclass       010601\ndriver here ahci\n" +
		"1 of 3, page 1 of 1. Enter next page, n next, b before, d list, a answer\n"
	if diff := cmp.Diff(want, system.screen.String()); diff != "" {
		t.Errorf("screen mismatch (-want +got):\n%s", diff)
	}
}

// TestKeysDocumented finds every key in docs/image.md, as it is told here, and
// each of their words on a line of a screen.
func TestKeysDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/image.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range Keys {
		if row := fmt.Sprintf("| `%s` | %s", key.Keys, key.Does); !strings.Contains(string(doc), row) {
			t.Errorf("docs/image.md lacks %q", row)
		}
		if line := 14 + len(key.Does); line > 80 {
			t.Errorf("the help has %d columns for %s, want at most 80", line, key.Keys)
		}
	}
	if len(keysHelp) > 80 {
		t.Errorf("the line of the keys has %d columns, want at most 80", len(keysHelp))
	}
}
