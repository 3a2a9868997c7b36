package scanimage

import (
	"bytes"
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/modscout/modscout/initramfs/boot"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/scan"
	"github.com/modscout/modscout/scan/scantest"
)

// kinds are cards that some platforms drive, that none does, and that are only
// claimed by class.
var kinds = []struct{ vendor, device, class string }{
	{"8086", "15f3", "020000"}, {"8086", "2922", "010601"}, {"1000", "0060", "010400"}, {"1b36", "0010", "010802"},
	{"10ec", "8125", "020000"}, {"1234", "11e8", "00ff00"}, {"8086", "a36f", "050000"},
}

// TestTenThousandDevices gives the rooms of PID 1 a machine of ten thousand
// cards: the answer is one screen, and every step ends.
func TestTenThousandDevices(t *testing.T) {
	kotest.Slow(t, "writes a tree of 40,000 files")
	const n = 10_000
	var tree strings.Builder
	for i := range n {
		kind := kinds[i%len(kinds)]
		address := fmt.Sprintf("sys/bus/pci/devices/%04x:%02x:%02x.%d", i>>16, i>>8&0xff, i>>3&0x1f, i&7)
		fmt.Fprintf(&tree, "%[1]s/vendor: 0x%[2]s\n%[1]s/device: 0x%[3]s\n%[1]s/class: 0x%[4]s\n", address, kind.vendor, kind.device, kind.class)
		fmt.Fprintf(&tree, "%s/modalias: pci:v0000%sd0000%ssv00001AF4sd00001100bc%ssc%si%s\n",
			address, strings.ToUpper(kind.vendor), strings.ToUpper(kind.device), kind.class[:2], kind.class[2:4], kind.class[4:])
	}
	root := scantest.Tree(t, tree.String())

	began := time.Now()
	r, err := scan.Scan(t.Context(), scan.Options{Tool: Tool, Root: root})
	if err != nil {
		t.Fatal(err)
	}
	cards := 0 // besides them there are the disks that they may show
	for i := range r.Devices {
		if d := &r.Devices[i]; d.Bus == "pci" && d.ImpliedBy == "" {
			cards++
		}
	}
	if cards != n {
		t.Errorf("%d cards in the report, want %d", cards, n)
	}
	t.Logf("scan: %v", time.Since(began).Round(time.Millisecond))
	began = time.Now()
	answers := new(data)
	p, err := answers.answer(t.Context(), r, boot.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	t.Logf("answer: %v, %d MB from the system", time.Since(began).Round(time.Millisecond), memory.Sys>>20)
	if len(p.Devices) != len(r.Devices) {
		t.Errorf("verdicts on %d of %d devices", len(p.Devices), len(r.Devices))
	}
	size := boot.Size{Width: 80, Height: 25}
	var screen bytes.Buffer
	if err := showAnswer(&screen, p, r, size); err != nil {
		t.Fatal(err)
	}
	wantFits(t, "the answer", screen.String(), size)
	screen.Reset()
	if err := showAnswer(&screen, nil, r, size); err != nil || !strings.Contains(screen.String(), " pages: press d ") {
		t.Errorf("without a plan: %v\n%s", err, &screen)
	}
	wantFits(t, "the report", screen.String(), size)
	for _, key := range []byte{boot.KeyDevices, boot.KeyOthers, boot.KeyQR, boot.KeyHelp} {
		pages, err := pages(key, p, r, size)
		if err != nil || len(pages) == 0 {
			t.Errorf("key %c: %d pages, %v", key, len(pages), err)
		}
		for i, page := range pages {
			wantFits(t, fmt.Sprintf("page %d of key %c", i+1, key), page, size)
		}
	}
	if x, err := answers.explain(t.Context(), p, r, boot.Options{}, r.Devices[n/2].ID); err != nil || len(x.Platforms) == 0 {
		t.Errorf("explain: %+v, %v", x, err)
	}
	if err := answers.pack(t.Context(), p, r, t.TempDir()); err != nil {
		t.Errorf("pack: %v", err)
	}
}

// colour is what sets the colours of a QR code.
var colour = regexp.MustCompile("\x1b\\[[0-9;]*m")

// wantFits wants a text to be whole on a screen: in a photograph there is no
// scrolling.
func wantFits(t *testing.T, what, text string, size boot.Size) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) > size.Height || text == "" {
		t.Errorf("%s has %d lines, want at most %d", what, len(lines), size.Height)
	}
	for _, line := range lines {
		if n := utf8.RuneCountInString(colour.ReplaceAllString(line, "")); n > size.Width {
			t.Errorf("%s has a line of %d columns: %s", what, n, line)
		}
	}
}
