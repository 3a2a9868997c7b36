package scan

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/modscout/modscout/scan/scantest"
)

// TestRoot asks both ways of opening, the kernel's and os.Root, the same: links
// are followed inside and never lead out.
func TestRoot(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	scantest.File(t, outside, "SECRET")
	dir := scantest.Tree(t, `sys/devices/card/vendor: 0x8086
sys/bus/pci/devices/card -> ../../../devices/card
sys/up -> ../../../../../../../../../../../../../etc/passwd
sys/around -> around
sys/absolute -> `+outside+"\n")
	if err := unix.Mkfifo(filepath.Join(dir, "sys/pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	type answer struct {
		Text, Link string
		Found, Dir bool
		Error      bool // of reading
	}
	want := map[string]answer{
		"sys/devices/card/vendor":         {Text: "0x8086", Found: true},
		"sys/bus/pci/devices/card/vendor": {Text: "0x8086", Found: true},
		"sys/bus/pci/devices/card":        {Link: "../../../devices/card", Found: true, Dir: true, Error: true},
		"sys/devices":                     {Found: true, Dir: true, Error: true},
		"sys/none":                        {Error: true},
		"sys/up":                          {Link: "../../../../../../../../../../../../../etc/passwd", Error: true},
		"sys/around":                      {Link: "around", Error: true},
		"sys/absolute":                    {Link: outside, Error: true},
		"sys/pipe":                        {Found: true, Error: true},
		"../" + filepath.Base(dir):        {Error: true},
	}
	for way, kernels := range map[string]bool{"openat2": true, "os.Root": false} {
		r, err := openRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		if !kernels && r.fd >= 0 {
			unix.Close(r.fd)
			r.fd = -1
		}
		got := map[string]answer{}
		for name := range want {
			var a answer
			data, err := (&reader{root: r}).read(name)
			a.Text, a.Error = string(data), err != nil
			a.Link, _ = r.readlink(name)
			a.Found, a.Dir = r.exists(name)
			got[name] = a
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", way, diff)
		}
		r.close()
	}
}

// Descriptors are given back, by both ways.
func TestRootGivesBack(t *testing.T) {
	dir := scantest.Tree(t, "sys/a: b\nsys/l -> a\n")
	before := descriptors(t)
	for range 50 {
		r, err := openRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		reading := &reader{root: r}
		for _, name := range []string{"sys/a", "sys/l", "sys", "none"} {
			reading.read(name)
			r.readlink(name)
			r.exists(name)
		}
		r.close()
	}
	if after := descriptors(t); after > before+10 {
		t.Errorf("%d descriptors open, %d before", after, before)
	}
}

func descriptors(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}
