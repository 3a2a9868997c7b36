package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/initramfs"
	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// demoCards are the devices of the demo board that were plugged in, as PCI ids.
var demoCards = map[string]string{
	"1000:0060": "megasas",
	"15ad:07b0": "vmxnet3",
	"1af4:1000": "virtio-net-pci",
	"1b36:000d": "qemu-xhci",
	"1b36:0010": "nvme",
	"8086:10d3": "e1000e",
	"8086:2922": "ich9-ahci", // q35's own
}

// demoModules drive the cards of the demo board that no platform of the
// embedded catalogue drives by itself.
var demoModules = []string{"e1000e", "megaraid_sas", "virtio_net", "vmxnet3"}

// TestBoot makes scan images with this very program and boots them in QEMU.
func TestBoot(t *testing.T) {
	kotest.Boots(t)
	program := buildInit(t)
	t.Run("stick", func(t *testing.T) { testStick(t, program) })
	t.Run("refused by Secure Boot", func(t *testing.T) { testUnsigned(t, program) })
	t.Run("bad sticks", func(t *testing.T) { testBadSticks(t, program) })
	t.Run("keys", func(t *testing.T) { testKeys(t, program) })
	t.Run("screen", func(t *testing.T) { testScreen(t, program) })
	t.Run("page and upload", func(t *testing.T) { testPage(t, program) })
	t.Run("shell", func(t *testing.T) { testShell(t, program) })
	t.Run("upload refused", func(t *testing.T) { testRefused(t, program) })
	t.Run("without vmxnet3", func(t *testing.T) { testTwin(t, program) })
	t.Run("exactly these modules", func(t *testing.T) { testExactModules(t, program) })
}

// testStick boots the demo board from a stick and reads the answer back from
// it. A second disk, the stick's image with another signature, must not change.
func testStick(t *testing.T, program string) {
	kernel := kotest.Debian(t, "linux-image-amd64")
	image := buildImage(t, program, kernel, filepath.Join(t.TempDir(), "scan.img"))
	board, others := qemu.Demo().WithStick(image, false), newStrangers(t, image, 1)
	for _, file := range others.files() {
		others.plug(&board, file, "ide-hd,bus=ide.0")
	}
	out := bootBoard(t, board)

	r := wantReport(t, out)
	wantCards(t, r, demoCards)
	wantDriver(t, r, "8086:2922", "ahci")
	wantDriver(t, r, "1b36:0010", "nvme")
	wantDriver(t, r, "8086:10d3", "")
	others.wantUntouched(t)
	stick := openStick(t, image)
	saved, err := report.Read(bytes.NewReader(readStick(t, stick, "modscout/report.json")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, saved); diff != "" {
		t.Errorf("report on the stick differs from the serial port's (-serial +stick):\n%s", diff)
	}
	p := wantPlan(t, out, r, demoModules)
	savedPlan, err := plan.Read(bytes.NewReader(readStick(t, stick, "modscout/plan.json")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, savedPlan); diff != "" {
		t.Errorf("plan on the stick differs from the serial port's (-serial +stick):\n%s", diff)
	}
	readStick(t, stick, "modscout/pack/user-config.yml")
}

// testKeys presses every key that shows something, then the one that ends it.
func testKeys(t *testing.T, program string) {
	kernel := kotest.Debian(t, "linux-image-amd64")
	parts := buildImage(t, program, kernel, t.TempDir()+"/")
	board := qemu.Demo().WithKernel(filepath.Join(parts, "vmlinuz"), filepath.Join(parts, "initrd"))
	board.Append = strings.ReplaceAll(board.Append, "modscout.poweroff=1", "")
	board.Prompt, board.Answer = "p power off", "d1\n\nohqqap"
	out := bootBoard(t, board)
	for _, want := range []string{"OTHER PLATFORMS", "RROrg/rr#175", ". d next page", "verdict ", "modalias ", "1 of ", ". o next page", ". h next page", "Page 2 of 2. q next page", "\x1b[1;37;40m"} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("the serial port lacks %q", want)
		}
	}
	if answers := bytes.Count(out, []byte("Keys: a answer")); answers != 2 {
		t.Errorf("the answer was shown %d times, want twice", answers)
	}
}

// testTwin is the negative twin of testStick: what was not plugged in must not
// be found.
func testTwin(t *testing.T, program string) {
	kernel := kotest.Debian(t, "linux-image-amd64")
	parts := buildImage(t, program, kernel, t.TempDir()+"/")
	board := qemu.Demo().Without("vmxnet3").WithKernel(filepath.Join(parts, "vmlinuz"), filepath.Join(parts, "initrd"))
	out := bootBoard(t, board)
	r := wantReport(t, out)
	cards := make(map[string]string)
	for id, device := range demoCards {
		if device != "vmxnet3" {
			cards[id] = device
		}
	}
	wantCards(t, r, cards)
	wantPlan(t, out, r, slices.DeleteFunc(slices.Clone(demoModules), func(name string) bool { return name == "vmxnet3" }))
}

// testExactModules loads one of two network drivers and nothing else. It answers
// from a catalogue in the initramfs.
func testExactModules(t *testing.T, program string) {
	kernel := kotest.Debian(t, "linux-image-amd64")
	parts := buildImage(t, program, kernel, t.TempDir()+"/", "--load", "e1000e", "--catalog", addedCatalog(t))
	board := qemu.Demo().WithKernel(filepath.Join(parts, "vmlinuz"), filepath.Join(parts, "initrd"))
	board.Append += " modscout.platform=" + addedPlatform
	out := bootBoard(t, board)
	r := wantReport(t, out)
	if p, err := out.Plan(); err != nil || p.Platform.ID != addedPlatform || p.Catalogs[0].Name != "added" {
		t.Errorf("the plan (%v) is not for the platform of the added catalogue", err)
	}
	wantDriver(t, r, "8086:10d3", "e1000e")
	wantDriver(t, r, "15ad:07b0", "")
	wantDriver(t, r, "8086:2922", "")
}

// addedPlatform is in no catalogue but that of addedCatalog.
const addedPlatform = "rr:apollolake-9.9"

// addedCatalog makes a catalogue with one platform.
func addedCatalog(t *testing.T) string {
	t.Helper()
	tables := filepath.Join(t.TempDir(), "rr.json")
	if err := os.WriteFile(tables, []byte(`{"apollolake-9.9-4.4.180":{"igc":{"aliases":["pci:v00008086d000015F3sv*sd*bc*sc*i*"]}}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "added.json.zst")
	var talk bytes.Buffer
	if status := run(t.Context(), []string{"catalog", "build", tables, "--name", "added", "--date", "2099-01-01", "-o", file}, nil, &talk, &talk); status != 0 {
		t.Fatalf("catalog build: status %d\n%s", status, &talk)
	}
	return file
}

// buildInit builds the program of the scan image as make does.
func buildInit(t *testing.T) string {
	return buildStatic(t, "../modscout-init", "-gcflags=all=-l", "-tags=nethttpomithttp2")
}

// buildStatic builds a program as make does.
func buildStatic(t *testing.T, dir string, flags ...string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "modscout")
	cmd := exec.Command("go", slices.Concat([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", program}, flags, []string{dir})...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// buildImage runs `modscout image build`. The image powers the machine off when
// it is done.
func buildImage(t *testing.T, program string, kernel kotest.Kernel, output string, more ...string) string {
	t.Helper()
	kotest.Tool(t, "grub-mkimage", "grub-common")
	args := []string{"image", "build", "--init", program, "--kernel", kernel.Image, "--modules", kernel.Modules, "--append", "modscout.poweroff=1", "-o", output}
	var talk bytes.Buffer
	if status := run(t.Context(), append(args, more...), nil, &talk, &talk); status != 0 {
		t.Fatalf("image build: status %d\n%s", status, &talk)
	}
	t.Logf("%s", &talk)
	return output
}

func bootBoard(t *testing.T, board qemu.Board) qemu.Output {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	out, err := qemu.Run(ctx, board, t.Output(), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return out
}

// wantReport returns the report on the serial port, which must be whole.
func wantReport(t *testing.T, out qemu.Output) *report.Report {
	t.Helper()
	r, err := out.Report()
	if err != nil {
		t.Fatal(err)
	}
	if r.Source.Complete == nil || !*r.Source.Complete || r.Source.Settled == nil || !*r.Source.Settled {
		t.Errorf("the report is not complete or not settled: %+v", r.Source)
	}
	return r
}

// wantPlan returns the plan on the serial port, which must answer the report
// and use exactly these of the drivers that the demo board is about.
func wantPlan(t *testing.T, out qemu.Output, r *report.Report, modules []string) *plan.Plan {
	t.Helper()
	p, err := out.Plan()
	if err != nil {
		t.Fatal(err)
	}
	if hash, err := r.Hash(); err != nil || p.Report != hash {
		t.Errorf("the plan answers report %s, want %s (%v)", p.Report, hash, err)
	}
	var got []string
	for _, m := range p.Modules {
		if slices.Contains(demoModules, m.Name) {
			got = append(got, m.Name)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(modules, got); diff != "" {
		t.Errorf("modules of the plan mismatch (-want +got):\n%s", diff)
	}
	return p
}

// wantCards compares the plugged-in PCI devices with those of a board; what
// every q35 has beside them is left out.
func wantCards(t *testing.T, r *report.Report, want map[string]string) {
	t.Helper()
	chipset := []string{"8086:29c0", "1234:1111", "8086:2918", "8086:2930"}
	got := make(map[string]string)
	for _, d := range r.Devices {
		if id := d.VendorID + ":" + d.DeviceID; d.Bus == "pci" && !slices.Contains(chipset, id) {
			got[id] = demoCards[id]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("PCI devices mismatch (-board +report):\n%s", diff)
	}
}

func wantDriver(t *testing.T, r *report.Report, id, driver string) {
	t.Helper()
	for _, d := range r.Devices {
		if d.Bus == "pci" && d.VendorID+":"+d.DeviceID == id {
			if d.Driver != driver {
				t.Errorf("%s is bound to %q, want %q", id, d.Driver, driver)
			}
			return
		}
	}
	t.Errorf("%s is not in the report", id)
}

func openStick(t *testing.T, image string) *initramfs.Stick {
	t.Helper()
	stick, err := initramfs.OpenStick(image)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stick.Close() })
	return stick
}

func readStick(t *testing.T, stick *initramfs.Stick, name string) []byte {
	t.Helper()
	data, err := fs.ReadFile(stick, name)
	if err != nil {
		t.Fatalf("on the stick: %v", err)
	}
	return data
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
