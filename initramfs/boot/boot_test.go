package boot_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/modscout/modscout/initramfs"
	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestNeverDies boots an /init whose parts panic, hang or die in a real kernel
// with a damaged initramfs. The kernel must not panic, and the person must see
// what happened.
func TestNeverDies(t *testing.T) {
	kotest.Boots(t)
	kernel := kotest.Debian(t, "linux-image-amd64")
	initrd := damagedInitrd(t, kernel)
	board := qemu.Plain().WithKernel(kernel.Image, initrd)

	t.Run("panic", func(t *testing.T) {
		out := bootBoard(t, board)
		wantOn(t, out,
			"initramfs-damaged: damaged initramfs: lib/modules/"+kernel.Release+"/kernel/fs/fat/vfat.ko: content differs",
			"scan-failed: panic: the scan panics at ",
			"module-not-loaded: vfat: left out, it is damaged",
			"NOT COMPLETE (3): initramfs-damaged: ", "the answer of dying", "Powering off.")
		r, err := out.Report()
		if err != nil {
			t.Fatal(err)
		}
		if r.Source.Complete == nil || *r.Source.Complete {
			t.Error("the report of a damaged image calls itself complete")
		}
		if len(r.Source.Warnings) == 0 || r.Source.Warnings[0].Code != "initramfs-damaged" {
			t.Errorf("warnings = %+v, want initramfs-damaged first", r.Source.Warnings)
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
}

// damagedInitrd packs the dying /init and flips one byte of vfat.ko.
func damagedInitrd(t *testing.T, kernel kotest.Kernel) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "init")
	build := exec.Command("go", "build", "-o", program, "./testdata/dying")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	fs, err := initramfs.New(initramfs.Config{Init: program, Tree: kernel.Modules})
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := fs.WriteCPIO(&archive); err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(filepath.Join(kernel.Modules, "kernel/fs/fat/vfat.ko"))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(archive.Bytes(), module)
	archive.Bytes()[at+len(module)-1] ^= 0xff
	initrd := filepath.Join(t.TempDir(), "initrd")
	if err := os.WriteFile(initrd, archive.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return initrd
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
