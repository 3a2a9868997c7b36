package boot

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseOptions(t *testing.T) {
	to := &url.URL{Scheme: "https", Host: "example.org", Path: "/up/"}
	tests := []struct {
		name string
		line map[string]string
		want Options
	}{
		{"nothing of ours", map[string]string{"quiet": "1", "console": "tty0"}, Options{}},
		{"all", map[string]string{
			"modscout.show": "report", "modscout.loader": "rr", "modscout.platform": "a,b", "modscout.serve": "1", "modscout.export": "https://example.org/up/",
			"modscout.probe": "1", "modscout.debug": "1", "modscout.poweroff": "1", "modscout.stick": "DEADBEEF",
		}, Options{Show: "report", Loader: "rr", Platforms: []string{"a", "b"}, Serve: true, Export: to, Probe: true, Debug: true, PowerOff: true, Stick: "deadbeef"}},
		{"off", map[string]string{"modscout.serve": "0"}, Options{}},
		{"unknown", map[string]string{"modscout.serv": "1"}, Options{Mistakes: []string{"modscout.serv is no option of this image"}}},
		{"no value of it", map[string]string{"modscout.probe": "yes"}, Options{Mistakes: []string{"modscout.probe=yes is left out: want 1 or 0"}}},
		{"not shown", map[string]string{"modscout.show": "all"}, Options{Mistakes: []string{"modscout.show=all is left out: want plan or report"}}},
		{"no scheme", map[string]string{"modscout.export": "example.org/up"}, Options{Mistakes: []string{
			"modscout.export=example.org/up is left out: want https://HOST/PATH, or http:// where anybody in between may read it"}}},
		{"no host", map[string]string{"modscout.export": "https:///up"}, Options{Mistakes: []string{
			"modscout.export=https:///up is left out: want https://HOST/PATH, or http:// where anybody in between may read it"}}},
		{"no URL", map[string]string{"modscout.export": "https://[::1"}, Options{Mistakes: []string{"modscout.export=https://[::1 is left out: not a URL"}}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, parseOptions(tt.line)); diff != "" {
			t.Errorf("%s: parseOptions() mismatch (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestOptionsDocumented finds every option in docs/image.md, as it is told
// here.
func TestOptionsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/image.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, option := range CommandLine {
		if line := len("  ") + 25 + len(" ") + len(option.Does); line > 80 {
			t.Errorf("the help has %d columns for %s, want at most 80", line, option)
		}
		if row := "| `" + option.String() + "` | " + option.Does; !strings.Contains(string(doc), row) {
			t.Errorf("docs/image.md lacks %q", row)
		}
	}
	if n := strings.Count(string(doc), "| `modscout."); n != len(CommandLine) {
		t.Errorf("docs/image.md has %d options, want %d", n, len(CommandLine))
	}
}
