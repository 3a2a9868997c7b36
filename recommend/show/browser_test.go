package show

import (
	"html"
	"image"
	_ "image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// browse opens a page from a file.
func browse(t *testing.T, page string, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	return kotest.Browse(t, "file://"+file, args...)
}

func titleOf(document string) string {
	_, rest, _ := strings.Cut(document, "<title>")
	title, _, _ := strings.Cut(rest, "</title>")
	return html.UnescapeString(title)
}

// TestBrowser opens pages in a real browser. Its twins show that the test would
// see a script that runs: without the escapes and without the policy one does,
// and either keeps it out alone.
func TestBrowser(t *testing.T) {
	kotest.Slow(t, "starts a browser")
	p, r := miniPC()
	r.Devices[3].Device = hostile
	good := htmlPage(t, p, r)
	unescaped := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(good)
	policy := `<meta http-equiv="Content-Security-Policy"`
	tests := []struct {
		name, page string
		owned      bool
	}{
		{"page", good, false},
		{"without the policy", strings.Replace(good, policy, "<meta", 1), false},
		{"without escapes", unescaped, false},
		{"without both", strings.Replace(unescaped, policy, "<meta", 1), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			document := browse(t, tt.page, "--dump-dom")
			if title := titleOf(document); (title == "owned") != tt.owned {
				t.Errorf("the page's title is %q", title)
			}
			if strings.Contains(tt.name, "escapes") || tt.owned {
				return // the data ends where the name ended it
			}
			// The script ran: the policy allows it, and the data can be saved.
			for _, want := range []string{`download="report.json"`, `download="plan.json"`, `href="blob:`} {
				if !strings.Contains(document, want) {
					t.Errorf("the page lacks %s", want)
				}
			}
			if island := islandOf(t, document, "report"); island != islandOf(t, good, "report") {
				t.Error("the browser has another report than the page")
			}
		})
	}
}

// TestScreenshot looks at the page as a phone shows it, and without scripts.
func TestScreenshot(t *testing.T) {
	kotest.Slow(t, "starts a browser")
	p, r := miniPC()
	good := htmlPage(t, p, r)
	tests := []struct{ name, page, size string }{
		{"phone", good, "390,844"},
		{"no scripts", strings.ReplaceAll(good, pageScript, ""), "1280,1024"},
	}
	for _, tt := range tests {
		name, file := tt.name, filepath.Join(t.TempDir(), "page.png")
		browse(t, tt.page, "--window-size="+tt.size, "--screenshot="+file)
		picture, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer picture.Close()
		shown, _, err := image.Decode(picture)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if ink := inked(shown); ink < 2 || ink > 40 {
			t.Errorf("%s: %d %% of the page are not its ground", name, ink)
		}
		if dir := os.Getenv("MODSCOUT_PICTURES"); dir != "" { // to look at
			os.Rename(file, filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".png"))
		}
	}
}

// inked is how much of a picture differs from its first pixel, in percent.
func inked(picture image.Image) int {
	b := picture.Bounds()
	ground, marked := picture.At(b.Min.X, b.Min.Y), 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if picture.At(x, y) != ground {
				marked++
			}
		}
	}
	return 100 * marked / (b.Dx() * b.Dy())
}
