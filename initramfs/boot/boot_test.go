package boot_test

import (
	"bytes"
	"context"
	"debug/elf"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modscout/modscout/initramfs"
	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

var cards = flag.Int("cards", 1000, "how many PCI cards the crowded machine has; ten thousand take an emulator minutes")

// TestNeverDies boots an /init whose parts panic, hang or die in a real kernel,
// with a damaged initramfs and a module that crashes, without /proc, /sys,
// screen and disk, with too little memory, or with far too many devices. The
// kernel must not panic, and the person must see what happened.
func TestNeverDies(t *testing.T) {
	kotest.Boots(t)
	kernel := kotest.Debian(t, "linux-image-amd64")
	program := buildProgram(t, "./testdata/dying")
	board := qemu.Plain().WithKernel(kernel.Image, damagedInitrd(t, program, kernel))

	t.Run("panic", func(t *testing.T) {
		out := bootBoard(t, board)
		wantOn(t, out,
			"scan-failed: panic: the scan panics at ",
			"module-not-loaded: vfat: left out: damaged initramfs: lib/modules/"+kernel.Release+"/kernel/fs/fat/vfat.ko: content differs",
			"module-not-loaded: nls_utf8: the kernel crashed in it",
			"NOT COMPLETE (3): module-not-loaded: ", "the answer of dying", "Powering off.")
		r, err := out.Report()
		if err != nil {
			t.Fatal(err)
		}
		if r.Source.Complete == nil || *r.Source.Complete {
			t.Error("the report of a damaged image calls itself complete")
		}
		if len(r.Source.Warnings) == 0 || r.Source.Warnings[0].Code != "module-not-loaded" {
			t.Errorf("warnings = %+v, want module-not-loaded first", r.Source.Warnings)
		}
	})
	t.Run("fatal error", func(t *testing.T) {
		board := board
		board.Append += " modscout.show=report"
		out := bootBoard(t, board)
		wantOn(t, out, "modscout: stopped: exit status 2", "Powering off.")
		if _, err := out.Report(); err != nil {
			t.Errorf("the report was not safe before the recommendation: %v", err)
		}
	})
	t.Run("too little memory", func(t *testing.T) {
		board := board
		board.Append += " GREEDY=1"
		out := bootBoard(t, board)
		wantOn(t, out, "modscout: stopped: signal: killed: the machine has too little memory. The answer is not complete", "Powering off.")
		if _, err := out.Report(); err != nil {
			t.Errorf("the report was not safe before the recommendation: %v", err)
		}
	})
	t.Run("crowded", func(t *testing.T) { testCrowded(t, kernel) })
	t.Run("no proc, no sys, no screen", func(t *testing.T) {
		initrd := filepath.Join(t.TempDir(), "initrd")
		writeFile(t, initrd, archiveOf(t, program, kernel.Modules))
		board := qemu.Plain().WithKernel(kernel.Image, initrd)
		board.Append += " WITHOUT_PROC_AND_SYS=1"
		board.Extra = []string{"-vga", "none"}
		board.Prompt, board.Answer = "p power off", "p"
		out := bootBoard(t, board)
		wantOn(t, out, "NOT COMPLETE (", ": mount-failed: ", "the answer of dying", "p power off")
		if _, err := out.Report(); err != nil {
			t.Error(err)
		}
	})
}

// testCrowded boots the program of the scan image on a machine of a thousand
// cards and more: all are in the report, and the answer is one screen.
func testCrowded(t *testing.T, kernel kotest.Kernel) {
	initrd := filepath.Join(t.TempDir(), "initrd")
	writeFile(t, initrd, archiveOf(t, buildProgram(t, "./testdata/crowded"), kernel.Modules))
	board := qemu.Plain().WithKernel(kernel.Image, initrd)
	board.Append += fmt.Sprint(" modscout.debug=1 CARDS=", *cards)
	board.MemoryMB = max(512, *cards/5)
	out := bootBoard(t, board)
	wantOn(t, out, " other devices", "Powering off.")
	r, err := out.Report()
	if err != nil {
		t.Fatal(err)
	}
	got := 0
	for i := range r.Devices {
		if d := &r.Devices[i]; d.Bus == "pci" && d.ImpliedBy == "" {
			got++
		}
	}
	if got != *cards {
		t.Errorf("%d cards in the report, want %d", got, *cards)
	}
	if p, err := out.Plan(); err != nil || len(p.Devices) != len(r.Devices) {
		t.Errorf("no plan, or not for all devices: %v", err)
	}
}

// buildProgram builds a program as an /init.
func buildProgram(t *testing.T, dir string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "init")
	build := exec.Command("go", "build", "-o", program, dir)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// damagedInitrd packs an /init with modules of which nls_utf8 crashes the
// kernel, as it was built, and vfat is not what the manifest says.
func damagedInitrd(t *testing.T, program string, kernel kotest.Kernel) string {
	t.Helper()
	whole, err := initramfs.New(initramfs.Config{Init: program, Tree: kernel.Modules})
	if err != nil {
		t.Fatal(err)
	}
	tree := filepath.Join(t.TempDir(), kernel.Release)
	for _, step := range whole.Load {
		file := strings.TrimPrefix(step.Path, "lib/modules/"+kernel.Release+"/")
		module := readFile(t, filepath.Join(kernel.Modules, file))
		if step.Name() == "nls_utf8" {
			module = crashing(t, module)
		}
		writeFile(t, filepath.Join(tree, file), module)
	}
	writeFile(t, filepath.Join(tree, "modules.builtin"), readFile(t, filepath.Join(kernel.Modules, "modules.builtin")))
	archive := archiveOf(t, program, tree)
	line := regexp.MustCompile(`(?m)^[0-9a-f]{64}( \d+ lib/\S+/vfat\.ko)$`).FindSubmatch(archive)
	if line == nil {
		t.Fatal("the manifest does not name vfat")
	}
	copy(line[0], strings.Repeat("0", 64))
	initrd := filepath.Join(t.TempDir(), "initrd")
	writeFile(t, initrd, archive)
	return initrd
}

// archiveOf packs an initramfs, uncompressed.
func archiveOf(t *testing.T, program, tree string) []byte {
	t.Helper()
	fs, err := initramfs.New(initramfs.Config{Init: program, Tree: tree})
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := fs.WriteCPIO(&archive); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

// crashing returns a module that begins with an instruction which no processor
// has (ud2). Its signature is cut off, it is none any more: Debian's kernels
// load modules without one.
func crashing(t *testing.T, module []byte) []byte {
	t.Helper()
	module = bytes.TrimSuffix(module, []byte("~Module signature appended~\n"))
	file, err := elf.NewFile(bytes.NewReader(module))
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := file.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(symbols, func(s elf.Symbol) bool { return s.Name == "init_module" })
	if at < 0 {
		t.Fatal("the module has no init_module")
	}
	code := module[file.Sections[symbols[at].Section].Offset+symbols[at].Value:]
	code = bytes.TrimPrefix(code, []byte("\xf3\x0f\x1e\xfa")) // endbr64
	if code[0] == 0xe8 {
		code = code[5:] // the call of __fentry__, which the kernel wants to find
	}
	copy(code, "\x0f\x0b")
	return module
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
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

func wantOn(t *testing.T, out qemu.Output, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(string(out), text) {
			t.Errorf("the console lacks %q", text)
		}
	}
	if bytes.Contains(out, []byte("Kernel panic")) {
		t.Error("the kernel panicked")
	}
}
