package scan

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/scan/scantest"
)

// An attribute that does not answer costs a moment, and with it the others of its
// device that are asked for after it. All else is in the report.
func TestStuckAttribute(t *testing.T) {
	root := scantest.Tree(t, `
sys/bus/pci/devices/0000:00:01.0/vendor: 0x8086
sys/bus/pci/devices/0000:00:01.0/device: 0x15f3
sys/bus/pci/devices/0000:00:01.0/class: 0x020000
sys/bus/pci/devices/0000:00:02.0/vendor: 0x8086
sys/bus/pci/devices/0000:00:02.0/class: 0x030000
`)
	released := make(chan struct{})
	defer close(released)
	var asked atomic.Int32
	hang := func(file string) {
		if strings.HasSuffix(file, "0000:00:01.0/device") {
			asked.Add(1)
			<-released
		}
	}
	rep, c, err := ScanAndCapture(context.Background(), Options{Root: root, before: hang})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, d := range rep.Devices {
		got[d.ID] = d.VendorID + " " + d.DeviceID + " " + d.Class
	}
	want := map[string]string{"pci:0000:00:01.0": "8086  ", "pci:0000:00:02.0": "8086  030000"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("devices mismatch (-want +got):\n%s", diff)
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("the attribute that hangs was asked for %d times", n)
	}
	if text := fmt.Sprint(rep.Source.Warnings); *rep.Source.Complete || !strings.Contains(text, "0000:00:01.0/class: "+errStuck.Error()) {
		t.Errorf("warnings = %v", text)
	}
	if reason := c.gaps["sys/bus/pci/devices/0000:00:01.0/device"]; reason != errStuck.Error() {
		t.Errorf("the capture says of the attribute: %q", reason)
	}
}

// An attribute that is slow is waited for, but not when the scan is to end.
func TestSlowAttribute(t *testing.T) {
	root := scantest.Tree(t, "sys/bus/pci/devices/0000:00:01.0/vendor: 0x8086\n")
	slow := Options{Root: root, before: func(file string) {
		if strings.HasSuffix(file, "/vendor") {
			time.Sleep(readLimit / 2)
		}
	}}
	rep, err := Scan(context.Background(), slow)
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Devices) != 1 || rep.Devices[0].VendorID != "8086" || !*rep.Source.Complete {
		t.Errorf("Scan() = %+v, %v", rep.Devices, rep.Source.Warnings)
	}
	ctx, cancel := context.WithTimeout(context.Background(), readLimit/10)
	defer cancel()
	if _, err := Scan(ctx, slow); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Scan(ended) = %v, want %v", err, context.DeadlineExceeded)
	}
}
