package modalias_test

import (
	"errors"
	"os"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

func TestDevices(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	got, err := modalias.Devices(fstest.MapFS{
		"bus/pci/devices/0000:02:00.0/modalias": file("pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00\n"),
		"bus/pci/devices/0000:02:00.0/uevent":   file("DRIVER=igc\nMODALIAS=pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00\n"),
		"bus/acpi/devices/PNP0A08:00/modalias":  file("acpi:PNP0A08:PNP0A03:\nof:NpciT(null)Cpci\n"),
		"bus/mmc/devices/mmc0:0001/uevent":      file("MMC_TYPE=MMC\nMODALIAS=mmc:block\n"),
		"bus/usb/devices/usb1/uevent":           file("DEVTYPE=usb_device\n"),
		"class/dmi/id/modalias":                 file("dmi:bvnSeaBIOS:\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"acpi:PNP0A08:PNP0A03:", "dmi:bvnSeaBIOS:", "mmc:block", "of:NpciT(null)Cpci", "pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Devices() mismatch (-want +got):\n%s", diff)
	}
	if _, err := modalias.Devices(fstest.MapFS{}); !errors.Is(err, modalias.ErrNoSysfs) {
		t.Errorf("Devices of nothing: error %v", err)
	}
}

// TestOracleSysfs takes every device string of the machine it runs on apart
// and puts it together again; each is of a bus.
func TestOracleSysfs(t *testing.T) {
	keys, err := modalias.Devices(os.DirFS("/sys"))
	if err != nil {
		kotest.Missing(t, "no devices in /sys")
	}
	for _, key := range keys {
		a, err := modalias.Parse(key)
		if err != nil || a.Bus == "" || a.String() != key {
			t.Errorf("Parse(%q) = %+v, %v", key, a, err)
		}
	}
	t.Logf("%d device strings", len(keys))
}
