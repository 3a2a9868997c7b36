package packer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// kernelSays is what dmesg prints in the test: what may be told and what may not.
const kernelSays = `[    0.000000] Kernel command line: console=ttyS0 sn=1780PDN123456 mac1=001132AABBCC
[    1.000000] igb 0000:01:00.0: added PHC on eth0
[    1.100000] igb 0000:01:00.0: eth0: (PCIe:2.5Gb/s:Width x1) 00:11:32:aa:bb:cc
[    1.200000] redpill: cmdline sn=1780PDN123456 mac2=001132AABBCD ok, address 001132AABBCC.
[    1.300000] usb 1-1: SerialNumber: 5B0A123456
[    1.400000] EXT4-fs: mounted filesystem with UUID 21ec2020-3aea-4069-a2dd-08002b30309d
`

// TestBootLog runs the script over a pretended /proc and /sys and compares what
// it prints.
func TestBootLog(t *testing.T) {
	g := newTarget(t, Options{})
	put(t, filepath.Join(g.root, "proc/uptime"), "41.25 12.00\n")
	put(t, filepath.Join(g.root, "tmp/modscout-load.log"), "dca.ko loaded\nigb.ko FAILED with status 1: insmod: can't insert 'modscout.drivers/igb.ko': invalid module format\n")
	put(t, filepath.Join(g.root, "sys/module/dca/initstate"), "live\n")
	card := filepath.Join(g.root, "sys/devices/pci0000:00/0000:00:1c.0/0000:01:00.0")
	put(t, filepath.Join(card, "modalias"), "pci:v00008086d00001521sv00001849sd00001521bc02sc00i00\n")
	put(t, filepath.Join(card, "net/eth0/operstate"), "down\n")
	stick := filepath.Join(g.root, "sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0")
	put(t, filepath.Join(stick, "modalias"), "usb:v46F4p0001d0000dc00dsc00dp00ic08isc06ip50in00\n")
	put(t, filepath.Join(g.root, "sys/class/net/lo/operstate"), "unknown\n")
	for link, to := range map[string]string{
		"sys/bus/pci/devices/0000:01:00.0":                                 "../../../devices/pci0000:00/0000:00:1c.0/0000:01:00.0",
		"sys/bus/usb/devices/1-1:1.0":                                      "../../../devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0",
		"sys/class/net/eth0":                                               "../../devices/pci0000:00/0000:00:1c.0/0000:01:00.0/net/eth0",
		"sys/devices/pci0000:00/0000:00:1c.0/0000:01:00.0/net/eth0/device": "../../../0000:01:00.0",
		"sys/devices/pci0000:00/0000:00:1c.0/0000:01:00.0/driver":          "../../../../bus/pci/drivers/igb",
	} {
		path := filepath.Join(g.root, link)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
	}
	g.script = filepath.Join(g.exts, synthesised, bootLogName)
	out, status, _ := g.run(t, []string{"DMESG=" + kernelSays}, "print")
	plan, _ := igbPlan(t)
	want := `modscout boot log 1
plan: ` + plan.ID + `
platform: ds918p_42218
kernel: 4.4.180+
made for: 4.4.180+
seconds: 41
load: dca.ko loaded
load: igb.ko FAILED with status 1: insmod: can't insert 'modscout.drivers/igb.ko': invalid module format
module: dca loaded
module: igb absent
module: raid_class absent
module: mpt3sas absent
network: eth0 igb down -
device: /devices/pci0000:00/0000:00:1c.0/0000:01:00.0 pci:v00008086d00001521sv00001849sd00001521bc02sc00i00 igb
device: /devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0 usb:v46F4p0001d0000dc00dsc00dp00ic08isc06ip50in00 -
log: [    1.000000] igb 0000:01:00.0: added PHC on eth0
log: [    1.100000] igb 0000:01:00.0: eth0: (PCIe:2.5Gb/s:Width x1) xx:xx:xx:xx:xx:xx
log: [    1.200000] redpill: cmdline sn=x mac2=x ok, address xxxxxxxxxxxx.
end of modscout boot log
`
	if diff := cmp.Diff(want, out); diff != "" || status != 0 {
		t.Errorf("status %d, boot log mismatch (-want +got):\n%s", status, diff)
	}
}

// TestExecScriptTells: what exec.sh says on the console is in the boot log too.
func TestExecScriptTells(t *testing.T) {
	g := newTarget(t, Options{})
	put(t, filepath.Join(g.root, "tmp/x"), "")
	out, _, _ := g.run(t, []string{"FAIL=dca.ko"}, "load_kmods")
	told, err := os.ReadFile(filepath.Join(g.root, "tmp/modscout-load.log"))
	if diff := cmp.Diff(strings.ReplaceAll(out, "modscout: ", ""), string(told)); diff != "" || err != nil {
		t.Errorf("error %v, told mismatch (-console +file):\n%s", err, diff)
	}
}

// TestLoaderPartition lets the script choose where to write, from pretended
// disks: the candidates of a table, each mounted by copying a folder.
func TestLoaderPartition(t *testing.T) {
	loader := []string{"zImage", "rd.gz", "custom.gz", "boot/grub/grub.cfg"}
	tests := []struct {
		name    string
		cmdline string
		sticks  map[string][]string // partition -> files on it
		want    string
	}{
		{"the stick that the command line names", "vid=0x46f4 pid=0x0001", map[string][]string{"sda1": loader}, "sda1"},
		{"another stick", "vid=0x1234 pid=0x0001", map[string][]string{"sda1": loader}, ""},
		{"no stick named", "quiet", map[string][]string{"sda1": loader}, ""},
		{"a stick with other files", "vid=0x46f4 pid=0x0001", map[string][]string{"sda1": {"zImage", "photo.jpg"}}, ""},
		{"the loader beside another of its kind", "vid=0x46f4 pid=0x0001", map[string][]string{"sda1": {"photo.jpg"}, "sdb1": loader}, "sdb1"},
		{"two loaders", "vid=0x46f4 pid=0x0001", map[string][]string{"sda1": loader, "sdb1": loader}, ""},
		{"its second partition", "vid=0x46f4 pid=0x0001", map[string][]string{"sda2": loader}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := newTarget(t, Options{})
			g.script = filepath.Join(g.exts, synthesised, bootLogName)
			put(t, filepath.Join(g.root, "proc/cmdline"), test.cmdline+"\n")
			put(t, filepath.Join(g.root, "proc/uptime"), "1.0 1.0\n")
			put(t, filepath.Join(g.root, "tmp/x"), "")
			for partition, files := range test.sticks {
				g.plugIn(t, partition, files)
			}
			g.run(t, nil, "")
			var got string
			for partition := range test.sticks {
				if _, err := os.Stat(filepath.Join(g.root, "dev", partition, "modscout-boot.log")); err == nil {
					got += partition
				}
			}
			if got != test.want {
				t.Errorf("the log is on %q, want %q", got, test.want)
			}
		})
	}
}

// plugIn makes a USB disk's partition whose files are in dev/NAME.
func (g target) plugIn(t *testing.T, name string, files []string) {
	t.Helper()
	stick := filepath.Join(g.root, "sys/devices/usb1", name)
	put(t, filepath.Join(stick, "idVendor"), "46f4\n")
	put(t, filepath.Join(stick, "idProduct"), "0001\n")
	block := filepath.Join(stick, "host0/block", name[:3], name)
	put(t, filepath.Join(block, "partition"), name[3:]+"\n")
	link := filepath.Join(g.root, "sys/class/block", name)
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(block, link); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		put(t, filepath.Join(g.root, "dev", name, file), "initrd /rd.gz /custom.gz\n")
	}
}
