package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/initramfs"
	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/scantest"
)

// guestBoards are PCs with more different devices than any real one has.
var guestBoards = map[string]qemu.Board{
	"q35": {Devices: []string{
		"pcie-pci-bridge,id=pci", "pcie-root-port,id=root,chassis=1",
		"qemu-xhci,id=xhci,p2=8,p3=8", "usb-ehci,id=ehci", "pci-ohci,id=ohci", "ich9-usb-uhci1,id=uhci",
		"e1000,bus=pci,romfile=", "e1000e,romfile=,mac=" + scantest.Secrets["MAC"], "vmxnet3,romfile=", "rtl8139,bus=pci,romfile=", "pcnet,bus=pci,romfile=",
		"tulip,bus=pci,romfile=", "ne2k_pci,bus=pci,romfile=", "i82551,bus=pci,romfile=", "virtio-net-pci,romfile=",
		"virtio-blk-pci,drive=d0", "virtio-scsi-pci,id=vscsi", "scsi-hd,bus=vscsi.0,drive=d1", "virtio-rng-pci",
		"virtio-balloon-pci", "virtio-serial-pci", "virtio-keyboard-pci",
		"megasas,id=mega", "scsi-hd,bus=mega.0,drive=d2", "mptsas1068", "lsi53c895a,bus=pci", "am53c974,bus=pci", "pvscsi",
		"nvme,drive=d3,serial=" + scantest.Secrets["SERIAL"], "nvme,bus=root,drive=d5,serial=" + scantest.Secrets["SERIAL"], "ide-hd,bus=ide.0,drive=d4", "sdhci-pci",
		"intel-hda", "AC97,bus=pci,audiodev=none", "ES1370,bus=pci,audiodev=none", "pci-serial,bus=pci", "edu,bus=pci",
		"pci-testdev,bus=pci", "bochs-display",
		"usb-kbd,bus=xhci.0,port=1", "usb-hub,bus=xhci.0,port=2", "usb-mouse,bus=xhci.0,port=2.1",
		"usb-storage,bus=ehci.0,drive=d6", "usb-net,bus=xhci.0,port=4", "usb-serial,bus=uhci.0,chardev=none,always-plugged=on", "usb-audio,bus=ohci.0,audiodev=none",
	}},
	"pc": {Machine: "pc", Devices: []string{
		"piix3-usb-uhci,id=uhci", "nec-usb-xhci,id=xhci", "ich9-ahci,id=sata", "ide-hd,bus=sata.0,drive=d0", "ide-cd,bus=sata.1",
		"ide-hd,bus=ide.0,drive=d1", "e1000-82544gc,romfile=", "i82557c,romfile=", "i82559er,romfile=",
		"virtio-net-pci-transitional,romfile=", "virtio-blk-pci-non-transitional,drive=d2", "virtio-9p-pci,fsdev=none,mount_tag=none",
		"dc390", "lsi53c810", "megasas-gen2", "nvme,drive=d3,serial=" + scantest.Secrets["SERIAL"], "ich9-intel-hda", "pci-serial-2x", "tpci200",
		"virtio-mouse-pci", "virtio-tablet-pci", "secondary-vga", "i6300esb", "vmware-svga", "pci-bridge,chassis_nr=1,id=bridge",
		"pcnet,bus=bridge,addr=1,romfile=", "usb-tablet,bus=uhci.0", "usb-uas,bus=xhci.0,id=uas", "scsi-hd,bus=uas.0,drive=d4", "usb-ccid,bus=xhci.0",
	}},
}

// guestModules are loaded in the guest: what shows all devices, and drivers of
// some, so that "Kernel driver in use" has something to say.
var guestModules = []string{"e1000e", "vmxnet3", "8139cp", "megaraid_sas", "sym53c8xx", "snd_hda_intel", "virtio_net", "cdc_ether"}

// TestGuest boots PCs with dozens of devices and holds the report to lspci and
// lsusb in the same guest. The program runs there in a root file system of
// busybox alone, as root and as a user; what it captured replays here to the
// same bytes; and what is plugged in while it watches appears.
func TestGuest(t *testing.T) {
	kotest.Boots(t)
	kernel := kotest.Debian(t, "linux-image-amd64")
	initrd := guestInitrd(t, kernel)
	for name, board := range guestBoards {
		t.Run(name, func(t *testing.T) {
			board.Kernel, board.Initrd, board.MemoryMB = kernel.Image, initrd, 512
			board.Append = "console=ttyS0 quiet panic=1"
			for i := range 7 {
				board.Drives = append(board.Drives, emptyDisk(t, fmt.Sprintf("d%d", i), i+1))
			}
			board.Extra = []string{"-chardev", "null,id=none", "-audiodev", "none,id=none",
				"-fsdev", "local,id=none,path=" + t.TempDir() + ",security_model=none",
				"-uuid", scantest.Secrets["UUID"], "-smbios", "type=1,serial=" + scantest.Secrets["SERIAL"]}
			said := bootGuest(t, board)
			if said["status"] != "0\n" {
				t.Fatalf("scan in the guest: status %s", said["status"])
			}
			r, err := report.Read(strings.NewReader(said["report"]))
			if err != nil {
				t.Fatal(err)
			}
			wantPCI(t, said["lspci"], r)
			wantUSB(t, said["lsusb"], r)
			wantReplay(t, said)
			wantUser(t, said)
			if diff := cmp.Diff("./bin/busybox\n./bin/modscout\n./etc/passwd\n", said["filesystem"]); diff != "" {
				t.Errorf("the root file system held more (-want +got):\n%s", diff)
			}
			if name == "q35" {
				wantWatch(t, said["watch"])
			}
		})
	}
}

// guestInitrd packs busybox, the program and Debian's lspci and lsusb.
func guestInitrd(t *testing.T, kernel kotest.Kernel) string {
	t.Helper()
	busybox := kotest.Tool(t, "busybox", "busybox-static")
	lspci, lsusb := kotest.Tool(t, "lspci", "pciutils"), kotest.Tool(t, "lsusb", "usbutils")
	root := t.TempDir()
	for _, dir := range []string{"rr/proc", "rr/sys", "rr/tmp"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	scantest.File(t, filepath.Join(root, "rr/etc/passwd"), "user::1000:1000::/tmp:/bin/sh\n")
	pack := func(from, to string) { packFile(t, from, filepath.Join(root, to)) }
	pack("testdata/guest.init", "init")
	pack(busybox, "bin/busybox")
	pack(busybox, "rr/bin/busybox")
	pack(buildStatic(t, "."), "rr/bin/modscout")
	pack(lspci, "usr/bin/lspci")
	pack(lsusb, "usr/bin/lsusb")
	for _, library := range libraries(t, lspci, lsusb) {
		pack(library, library)
	}
	packModules(t, kernel, filepath.Join(root, "modules"))
	return packInitrd(t, root)
}

// packInitrd returns a cpio archive of a directory.
func packInitrd(t *testing.T, root string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "initrd")
	cmd := exec.Command("sh", "-c", `find . | "$1" --quiet -o -H newc >"$2"`, "sh", kotest.Tool(t, "cpio", "cpio"), file)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("cpio: %v\n%s", err, out)
	}
	return file
}

func packFile(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, readFile(t, from), 0o755); err != nil {
		t.Fatal(err)
	}
}

// libraries lists what programs are linked with, the loader too.
func libraries(t *testing.T, programs ...string) []string {
	t.Helper()
	out, err := exec.Command("ldd", programs...).Output()
	if err != nil {
		t.Fatalf("ldd: %v", err)
	}
	found := map[string]bool{}
	for _, match := range regexp.MustCompile(`(/\S+) \(0x`).FindAllStringSubmatch(string(out), -1) {
		found[match[1]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// packModules copies modules with all that they need, and their order.
func packModules(t *testing.T, kernel kotest.Kernel, dir string) {
	t.Helper()
	tree, err := ko.ReadTree(kernel.Modules)
	if err != nil {
		t.Fatal(err)
	}
	graph, args := tree.Graph(), map[string]string{}
	wanted := slices.Clone(guestModules)
	for _, e := range initramfs.Enumerators {
		wanted = append(wanted, e.Name)
		args[e.Name] = e.Args
	}
	wanted = slices.DeleteFunc(wanted, func(name string) bool { return graph.Module(name) == nil })
	order, err := graph.LoadOrder(wanted...)
	if err != nil {
		t.Fatal(err)
	}
	var list strings.Builder
	for _, m := range order {
		packFile(t, filepath.Join(kernel.Modules, m.File), filepath.Join(dir, filepath.Base(m.File)))
		fmt.Fprintln(&list, filepath.Base(m.File), args[m.Name])
	}
	if err := os.WriteFile(filepath.Join(dir, "order"), []byte(list.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// emptyDisk is a disk of some MB that holds nothing.
func emptyDisk(t *testing.T, id string, megabytes int) qemu.Drive {
	t.Helper()
	file := filepath.Join(t.TempDir(), id)
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, int64(megabytes)<<20); err != nil {
		t.Fatal(err)
	}
	return qemu.Drive{ID: id, File: file, Snapshot: true}
}

// bootGuest boots a board and returns what the guest printed after each
// "=== NAME". What it asks for is plugged in and pulled out.
func bootGuest(t *testing.T, board qemu.Board) map[string]string {
	t.Helper()
	monitor := filepath.Join(t.TempDir(), "qmp")
	board.Extra = append(board.Extra, "-qmp", "unix:"+monitor+",server=on,wait=off")
	if board.Machine != "pc" {
		board.Append += " modscout.watch=1"
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	hand := &hand{t: t, monitor: monitor, console: t.Output()}
	out, err := qemu.Run(ctx, board, hand, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	said := sections(out)
	if _, whole := said["end"]; !whole {
		t.Fatalf("the guest did not come to its end:\n%s", out)
	}
	return said
}

// sections returns what a guest printed after each "=== NAME".
func sections(out qemu.Output) map[string]string {
	said := map[string]string{}
	text := strings.ReplaceAll(string(out), "\r", "")
	for _, section := range strings.Split(text, "=== ")[1:] {
		name, body, _ := strings.Cut(section, "\n")
		said[name] = body
	}
	return said
}

// hand does with the board what the guest asks for.
type hand struct {
	t       *testing.T
	monitor string
	console io.Writer
	seen    []byte
	plugged bool
	pulled  bool
}

func (h *hand) Write(p []byte) (int, error) {
	h.seen = append(h.seen, p...)
	if !h.plugged && bytes.Contains(h.seen, []byte("PLUG IN NOW")) {
		h.plugged = true
		h.qmp(`{"execute":"device_add","arguments":{"driver":"usb-tablet","bus":"xhci.0","port":"5","id":"plugged"}}`)
	}
	if !h.pulled && bytes.Contains(h.seen, []byte("PULL OUT NOW")) {
		h.pulled = true
		h.qmp(`{"execute":"device_del","arguments":{"id":"plugged"}}`)
	}
	return h.console.Write(p)
}

// qmp gives QEMU one command.
func (h *hand) qmp(command string) {
	c, err := net.DialTimeout("unix", h.monitor, 10*time.Second)
	if err != nil {
		h.t.Errorf("QEMU's monitor: %v", err)
		return
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprintf(c, `{"execute":"qmp_capabilities"}%s{"execute":"query-status","id":"last"}`, command)
	var answer []byte
	for !bytes.Contains(answer, []byte(`"last"`)) {
		part := make([]byte, 4096)
		n, err := c.Read(part)
		if err != nil {
			h.t.Errorf("QEMU's monitor: %v", err)
			return
		}
		answer = append(answer, part[:n]...)
	}
	if bytes.Contains(answer, []byte(`"error"`)) {
		h.t.Errorf("QEMU's monitor: %s", answer)
	}
}
