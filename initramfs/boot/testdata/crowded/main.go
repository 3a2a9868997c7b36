// Crowded is the program of the scan image on a machine of as many PCI cards as
// "CARDS=1000" on the kernel command line says, which the kernel passes on as an
// environment variable: it puts them over /sys/bus/pci/devices before it begins.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/modscout/modscout/initramfs/boot"
	"github.com/modscout/modscout/initramfs/scanimage"
)

func main() {
	if !boot.IsWorker() {
		cards, err := strconv.Atoi(os.Getenv("CARDS"))
		if err == nil {
			err = plugIn(cards)
		}
		if err != nil {
			fmt.Println("crowded:", err)
		}
	}
	scanimage.Run()
}

// plugIn makes so many network cards, disk controllers and others.
func plugIn(n int) error {
	const devices = "/sys/bus/pci/devices"
	os.Mkdir("/sys", 0o555)
	if err := unix.Mount("sysfs", "/sys", "sysfs", 0, ""); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", devices, "tmpfs", 0, "size=90%"); err != nil {
		return err
	}
	kinds := []struct{ vendor, device, class string }{
		{"8086", "15f3", "020000"}, {"1000", "0060", "010400"}, {"10ec", "8125", "020000"}, {"1234", "11e8", "00ff00"},
	}
	for i := range n {
		k := kinds[i%len(kinds)]
		dir := filepath.Join(devices, fmt.Sprintf("%04x:%02x:%02x.%d", i>>16, i>>8&0xff, i>>3&0x1f, i&7))
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		for name, value := range map[string]string{"vendor": "0x" + k.vendor, "device": "0x" + k.device, "class": "0x" + k.class} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(value+"\n"), 0o444); err != nil {
				return err
			}
		}
	}
	return nil
}
