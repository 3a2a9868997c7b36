package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/cmd/internal/marked"
	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

var matrixFile = flag.String("matrix", "", "write what became of each device into this file, between its marks")

// plugged is one device of the matrix and what must become of it.
type plugged struct {
	device string // QEMU's -device
	id     string // of the report: bus, vendor and device, or where it has none of these its ID
	module string // that drives it in the end, or the built-in driver
	state  string // "at boot": the image's own modules drive it; else a [probe.State], "" where nothing claims it
}

const atBoot = "at boot"

// matrix is one of each device that this QEMU has and that people ask about.
// Foreign disks hang on five controllers: f0 to f4.
var matrix = []plugged{
	{"qemu-xhci,id=usb,addr=07.0,p2=8,p3=8", "pci 1b36:000d", "xhci_hcd", atBoot},
	{"usb-kbd,bus=usb.0", "usb 0627:0001", "usbhid", atBoot},

	{"e1000,bus=pci,romfile=", "pci 8086:100e", "e1000", "works"},
	{"e1000e,romfile=", "pci 8086:10d3", "e1000e", "works"},
	{"i82559er,bus=pci,romfile=", "pci 8086:1209", "e100", "works"},
	{"vmxnet3,romfile=", "pci 15ad:07b0", "vmxnet3", "works"},
	{"rtl8139,bus=pci,romfile=", "pci 10ec:8139", "8139cp", "works"},
	{"pcnet,bus=pci,romfile=", "pci 1022:2000", "pcnet32", "works"},
	{"tulip,bus=pci,romfile=", "pci 1011:0019", "tulip", "works"},
	{"ne2k_pci,bus=pci,romfile=", "pci 10ec:8029", "ne2k_pci", "works"},
	{"virtio-net-pci,romfile=", "virtio 1af4:0001", "virtio_net", "works"},
	{"usb-net,bus=usb.0", "usb 0525:a4a2", "cdc_ether", "works"},

	{"ich9-ahci", "pci 8086:2922", "ahci", atBoot},
	{"piix3-ide,bus=pci", "pci 8086:7010", "ata_generic", "matched"}, // this board does not wire it
	{"nvme,drive=d0,serial=1", "pci 1b36:0010", "nvme", atBoot},
	{"virtio-blk-pci,drive=d1", "virtio 1af4:0002", "virtio_blk", atBoot},
	{"virtio-scsi-pci", "virtio 1af4:0008", "virtio_scsi", atBoot},
	{"sdhci-pci,bus=pci", "pci 1b36:0007", "sdhci-pci", atBoot},
	{"usb-storage,bus=usb.0,drive=d2", "usb 46f4:0001", "usb-storage", atBoot},
	{"usb-uas,bus=usb.0", "usb 46f4:0003", "uas", atBoot},
	{"megasas", "pci 1000:0060", "megaraid_sas", "bound"},
	{"megasas-gen2,id=f0", "pci 1000:0079", "megaraid_sas", "works"},
	{"mptsas1068,id=f1", "pci 1000:0054", "mptsas", "bound"},
	{"lsi53c895a,bus=pci,id=f2", "pci 1000:0012", "sym53c8xx", "works"},
	// Its driver (Linux 6.12) crashes where a neighbour on the same interrupt
	// line speaks while it starts; this slot has a line of its own.
	{"am53c974,addr=1a.0,id=f3", "pci 1022:2020", "am53c974", "works"},
	{"pvscsi,id=f4", "pci 15ad:07c0", "vmw_pvscsi", "works"},

	{"nec-usb-xhci", "pci 1033:0194", "xhci_hcd", atBoot},
	{"usb-ehci", "pci 8086:24cd", "ehci-pci", atBoot},
	{"pci-ohci,bus=pci", "pci 106b:003f", "ohci-pci", atBoot},
	{"piix3-usb-uhci,bus=pci", "pci 8086:7020", "uhci_hcd", atBoot},
	{"usb-hub,bus=usb.0", "usb 0409:55aa", "hub", atBoot},

	{"intel-hda", "pci 8086:2668", "snd_hda_intel", "bound"},
	{"i6300esb,bus=pci", "pci 8086:25ab", "i6300esb", "bound"},
	{"pci-serial,bus=pci", "pci 1b36:0002", "serial", atBoot},
	{"virtio-balloon-pci", "virtio 1af4:0005", "virtio_balloon", "bound"},
	{"tpm-tis,tpmdev=tpm", "platform:MSFT0101:00", "tpm_tis", atBoot},
	{"edu,bus=pci", "pci 1234:11e8", "", ""},
}

// fate is what became of a device of the matrix.
type fate struct {
	plugged
	verdict  string
	inVain   []string // modules that were tried and did not take it
	evidence string
}

// TestMatrix boots a board with all devices of the matrix and five disks of
// others from a stick with drivers. Each device must be found, and be driven by
// the right module; what was tried in vain must be unloaded; the answer must be
// saved; and the disks must be as they were.
func TestMatrix(t *testing.T) {
	kotest.Boots(t)
	kernel := kotest.Debian(t, "linux-image-6.12-amd64")
	image := buildImage(t, buildInit(t), kernel, filepath.Join(t.TempDir(), "scan.img"), "--drivers", "all", "--append", "modscout.poweroff=1 modscout.probe=1")
	board := qemu.Board{MemoryMB: 512, Devices: []string{"pcie-pci-bridge,id=pci"}, Extra: emulatedTPM(t)}
	for _, p := range matrix {
		board.Devices = append(board.Devices, p.device)
	}
	for i := range 3 {
		board.Drives = append(board.Drives, emptyDisk(t, fmt.Sprintf("d%d", i), i+1))
	}
	others := newStrangers(t, image, 5)
	for i, file := range others.files() {
		others.plug(&board, file, fmt.Sprintf("scsi-hd,bus=f%d.0", i))
	}
	out := bootBoard(t, board.WithStick(image, false))

	results, err := out.Probe()
	if err != nil {
		t.Fatal(err)
	}
	p, err := out.Plan()
	if err != nil {
		t.Fatal(err)
	}
	fates := fatesOf(wantReport(t, out), p, results)
	var got []plugged
	for _, f := range fates {
		got = append(got, f.plugged)
	}
	if diff := gocmp.Diff(matrix, got, gocmp.AllowUnexported(plugged{})); diff != "" {
		t.Errorf("what became of the devices mismatch (-want +got):\n%s", diff)
	}
	for _, r := range results {
		if r.State == probe.Matched && r.Kept {
			t.Errorf("%s was tried in vain and is still loaded: %s", r.Module, r.Why)
		}
	}
	others.wantUntouched(t)
	readStick(t, openStick(t, image), "modscout/probe.json")
	var table strings.Builder
	writeMatrix(&table, kernel.Release, fates)
	t.Log(table.String())
	if *matrixFile != "" {
		if err := marked.Replace(*matrixFile, "make matrix", table.String()); err != nil {
			t.Fatal(err)
		}
	}
}

// emulatedTPM starts swtpm, which ends with the QEMU that is started with what
// is returned.
func emulatedTPM(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	socket := filepath.Join(dir, "socket")
	tpm := exec.Command("swtpm", "socket", "--tpm2", "--tpmstate", "dir="+dir, "--ctrl", "type=unixio,path="+socket, "--terminate")
	if err := tpm.Start(); err != nil {
		kotest.Missing(t, err.Error()+": apt-get install swtpm")
	}
	t.Cleanup(func() {
		tpm.Process.Kill()
		tpm.Wait()
	})
	for range 100 {
		if _, err := os.Stat(socket); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return []string{"-chardev", "socket,id=tpm,path=" + socket, "-tpmdev", "emulator,id=tpm,chardev=tpm"}
}

// fatesOf looks up each device of the matrix.
func fatesOf(r *report.Report, p *plan.Plan, results []probe.Result) (all []fate) {
	for _, want := range matrix {
		f := fate{plugged: plugged{id: "not in the report"}}
		for _, d := range r.Devices {
			// Of the interfaces of a USB device the first with a driver counts.
			if (d.Bus+" "+d.VendorID+":"+d.DeviceID == want.id || d.ID == want.id) && f.state == "" {
				f = fateOf(&d, p, results)
				f.id = want.id
			}
		}
		f.device = want.device
		all = append(all, f)
	}
	return all
}

func fateOf(d *report.Device, p *plan.Plan, results []probe.Result) (f fate) {
	for _, verdict := range p.Devices {
		if verdict.ID == d.ID {
			f.verdict = strings.TrimSpace(verdict.Verdict + " " + verdict.Module)
		}
	}
	if d.Driver != "" {
		f.module, f.state = d.Driver, atBoot
		return f
	}
	for _, result := range results {
		if result.Device != d.ID {
			continue
		}
		if result.State == probe.Matched {
			f.inVain = append(f.inVain, result.Module)
		}
		f.module, f.state = result.Module, string(result.State)
		f.evidence = cmp.Or(strings.Join(result.Evidence, ", "), result.Why)
	}
	return f
}

// writeMatrix writes the table as docs/probing.md has it.
func writeMatrix(w io.Writer, release string, fates []fate) {
	fmt.Fprintf(w, "QEMU's devices with Linux %s:\n\n| device | id | recommended | module | state | evidence |\n|---|---|---|---|---|---|\n", release)
	for _, f := range fates {
		device, _, _ := strings.Cut(f.device, ",")
		evidence := f.evidence
		if len(f.inVain) > 0 {
			evidence += "; in vain: " + strings.Join(f.inVain, ", ")
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", device, f.id, orDash(f.verdict), orDash(f.module), orDash(f.state), orDash(evidence))
	}
}
