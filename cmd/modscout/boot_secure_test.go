package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// testSecureBoot boots where the firmware trusts Microsoft's keys alone: the
// signed image answers, the ordinary one is refused.
func testSecureBoot(t *testing.T, program string) {
	kernel := kotest.Debian(t, "linux-image-amd64")
	signed := t.TempDir()
	for _, debian := range []string{"shim-signed", "shim-helpers-amd64-signed", "grub-efi-amd64-signed"} {
		if err := os.CopyFS(filepath.Join(signed, "usr/lib"), os.DirFS(filepath.Join(kotest.Unpacked(t, debian), "usr/lib"))); err != nil {
			t.Fatal(err)
		}
	}
	image := buildImage(t, program, kernel, filepath.Join(t.TempDir(), "signed.img"), "--secure-boot="+signed)
	r := wantReport(t, bootBoard(t, secureBoard(t).WithStick(image, false)))
	if on := r.Machine.SecureBoot; on == nil || !*on {
		t.Error("the report does not say that Secure Boot is on")
	}
	readStick(t, openStick(t, image), "modscout/report.json")

	ordinary := buildImage(t, program, kernel, filepath.Join(t.TempDir(), "ordinary.img"))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	refused := &awaited{text: []byte("Access Denied"), found: cancel}
	out, _ := qemu.Run(ctx, secureBoard(t).WithStick(ordinary, false), refused, nil)
	if !bytes.Contains(out, refused.text) {
		t.Errorf("the firmware did not refuse the ordinary image:\n%s", out)
	}
}

// secureBoard is a PC with Secure Boot on, as Debian's ovmf package sets it up.
func secureBoard(t *testing.T) qemu.Board {
	t.Helper()
	const firmware = "/usr/share/OVMF/"
	variables := filepath.Join(t.TempDir(), "variables.fd")
	if err := os.WriteFile(variables, readFile(t, firmware+"OVMF_VARS_4M.ms.fd"), 0o644); err != nil {
		t.Fatal(err)
	}
	board := qemu.Plain()
	board.Machine, board.MemoryMB = "q35,smm=on", 512
	board.Extra = []string{
		"-global", "driver=cfi.pflash01,property=secure,value=on",
		"-drive", "if=pflash,unit=0,format=raw,readonly=on,file=" + firmware + "OVMF_CODE_4M.secboot.fd",
		"-drive", "if=pflash,unit=1,format=raw,file=" + variables,
	}
	return board
}

// awaited calls found once text has been written.
type awaited struct {
	text, seen []byte
	found      func()
}

func (a *awaited) Write(p []byte) (int, error) {
	a.seen = append(a.seen, p...)
	if bytes.Contains(a.seen, a.text) {
		a.found()
	}
	return len(p), nil
}
