package show

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// hostile is the name of a device that would run as a script, end one, or break
// a line of one, wherever it is not escaped.
const hostile = "</script><script>document.title='owned'</script><!--<script> & \" ' \u2028\u2029"

func htmlPage(t *testing.T, p *plan.Plan, r *report.Report, files ...string) string {
	t.Helper()
	var out bytes.Buffer
	if err := HTML(&out, p, r, files...); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestHTML(t *testing.T) {
	p, r := miniPC()
	golden(t, "mini-pc.html", []byte(htmlPage(t, p, r, "report.json", "pack.zip")))
}

// islandOf is the text of a script element as a parser of HTML sees it: up to
// the first "</script".
func islandOf(t *testing.T, page, id string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, `<script type="application/json" id="`+id+`">`)
	text, _, ended := strings.Cut(rest, "</script")
	if !found || !ended {
		t.Fatalf("the page has no data %q", id)
	}
	return text
}

// TestIsland reads the documents back out of the page, byte for byte of their
// canonical form.
func TestIsland(t *testing.T) {
	p, r := miniPC()
	r.Devices[3].Device, r.Machine.DMI.BoardName = hostile, hostile
	p.Platform.ID, p.Devices[0].Why = hostile, hostile
	got := htmlPage(t, p, r)
	for _, text := range []string{"<!--", "\u2028", "\u2029"} {
		if strings.Contains(got, text) {
			t.Errorf("the page has %q", text)
		}
	}
	if n := strings.Count(strings.ToLower(got), "<script"); n != 3 {
		t.Errorf("the page has %d script elements, want 3", n)
	}
	gotReport, err := report.Read(strings.NewReader(islandOf(t, got, "report")))
	if err != nil {
		t.Fatal(err)
	}
	gotPlan, err := plan.Read(strings.NewReader(islandOf(t, got, "plan")))
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, r, gotReport)
	wantSame(t, p, gotPlan)
}

func wantSame(t *testing.T, want, got any) {
	t.Helper()
	wantJSON, err := jsondoc.Canonical(want)
	if err != nil {
		t.Fatal(err)
	}
	gotJSON, err := jsondoc.Canonical(got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(wantJSON), string(gotJSON)); diff != "" {
		t.Errorf("the document in the page mismatch (-want +got):\n%s", diff)
	}
}

// TestPageLoadsNothing looks for what a browser would fetch.
func TestPageLoadsNothing(t *testing.T) {
	for _, part := range []string{pageHTML, pageStyle, pageScript} {
		for _, word := range []string{"http:", "https:", "src=", "url(", "@import", "fetch(", "innerHTML"} {
			if strings.Contains(part, word) {
				t.Errorf("a part of the page has %q", word)
			}
		}
	}
	if entries, err := os.ReadDir("page"); err != nil || len(entries) != 3 {
		t.Errorf("page has %d files (%v), want the 3 that are looked at", len(entries), err)
	}
}

// TestHTMLWithoutPlan has the report alone.
func TestHTMLWithoutPlan(t *testing.T) {
	_, r := miniPC()
	got := htmlPage(t, nil, r)
	if strings.Contains(got, `id="plan"`) || strings.Contains(got, "Answer") {
		t.Error("the page of a report has a plan")
	}
	for _, want := range []string{"<td>8086:125c</td>", "CWWK N100-4L", "NETWORK"} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
