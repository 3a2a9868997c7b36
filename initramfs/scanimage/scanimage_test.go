package scanimage

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/modscout/modscout/initramfs/boot"
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
	const n = 10_000
	var tree strings.Builder
	for i := range n {
		kind := kinds[i%len(kinds)]
		address := fmt.Sprintf("sys/bus/pci/devices/%04x:%02x:%02x.%d", i>>16, i>>8&0xff, i>>3&0x1f, i&7)
		for _, attribute := range []string{
			"vendor: 0x" + kind.vendor, "device: 0x" + kind.device, "class: 0x" + kind.class,
			fmt.Sprintf("modalias: pci:v0000%sd0000%ssv00001AF4sd00001100bc%ssc%si%s",
				strings.ToUpper(kind.vendor), strings.ToUpper(kind.device), kind.class[:2], kind.class[2:4], kind.class[4:]),
		} {
			fmt.Fprintf(&tree, "%s/%s\n", address, attribute)
		}
	}
	root := scantest.Tree(t, tree.String())

	began := time.Now()
	r, err := scan.Scan(t.Context(), scan.Options{Tool: Tool, Root: root})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Devices) != n {
		t.Errorf("%d devices in the report, want %d", len(r.Devices), n)
	}
	t.Logf("scan: %v", time.Since(began).Round(time.Millisecond))
	began = time.Now()
	p, err := answer(t.Context(), r, boot.Options{})
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
	if lines := bytes.Count(screen.Bytes(), []byte("\n")); lines == 0 || lines > size.Height {
		t.Errorf("the answer has %d lines, want at most %d", lines, size.Height)
	}
	for _, key := range []byte{boot.KeyDevices, boot.KeyOthers, boot.KeyQR, boot.KeyHelp} {
		if pages, err := pages(key, p, r, size); err != nil || len(pages) == 0 {
			t.Errorf("key %c: %d pages, %v", key, len(pages), err)
		}
	}
	if err := pack(t.Context(), p, r, t.TempDir()); err != nil {
		t.Errorf("pack: %v", err)
	}
}
