package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// testUnsigned boots the ordinary image where the firmware trusts Microsoft's
// keys alone: it is refused. TestBoots has the signed ones.
func testUnsigned(t *testing.T, program string) {
	if err := qemu.SecureBoot.Check(); err != nil {
		kotest.Missing(t, err.Error()+": apt-get install ovmf")
	}
	image := buildImage(t, program, kotest.Debian(t, "linux-image-amd64"), filepath.Join(t.TempDir(), "scan.img"), "--drivers", "none")
	board := qemu.Plain().WithStick(image, false)
	board.Firmware = qemu.SecureBoot
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	refused := &awaited{text: []byte("Access Denied"), found: cancel}
	out, _ := qemu.Run(ctx, board, refused, nil)
	if !bytes.Contains(out, refused.text) {
		t.Errorf("the firmware did not refuse the ordinary image:\n%s", out)
	}
}

// TestSecureBootErrors leaves out what must be signed.
func TestSecureBootErrors(t *testing.T) {
	kernel := kotest.Debian(t, "linux-image-amd64")
	data := readFile(t, kernel.Image)
	data = bytes.Replace(data, []byte("PE\x00\x00"), []byte("PE\x00\x01"), 1) // to firmware it is no program
	unsigned := tempFile(t, "vmlinuz", data)
	signed := signedLoaders(t)
	for _, test := range []struct{ name, kernel, root, output, want string }{
		{"no shim", kernel.Image, t.TempDir(), "scan.img", "no signed boot loader"},
		{"no shim for a CD", kernel.Image, t.TempDir(), "scan.iso", "no signed boot loader"},
		{"unsigned kernel", unsigned, signed, "scan.img", "kernel without a signature"},
		{"unsigned kernel on a CD", unsigned, signed, "scan.iso", "kernel without a signature"},
	} {
		output := filepath.Join(t.TempDir(), test.output)
		var talk bytes.Buffer
		status := run(t.Context(), []string{"image", "build", "--init", kotest.Tool(t, "busybox", "busybox-static"), "--load", "vfat", "--drivers", "none",
			"--kernel", test.kernel, "--modules", kernel.Modules, "--secure-boot=" + test.root, "-o", output}, nil, &talk, &talk)
		if status != exitFailed || !strings.Contains(talk.String(), test.want) || !strings.Contains(talk.String(), "\nhint: ") {
			t.Errorf("%s: status %d, want %d, %q and a hint:\n%s", test.name, status, exitFailed, test.want, &talk)
		}
		if _, err := os.Stat(output); err == nil {
			t.Errorf("%s: an image was left", test.name)
		}
	}
}

// signedLoaders is a root with Debian's signed boot loaders.
func signedLoaders(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, debian := range []string{"shim-signed", "shim-helpers-amd64-signed", "grub-efi-amd64-signed"} {
		if err := os.CopyFS(filepath.Join(root, "usr/lib"), os.DirFS(filepath.Join(kotest.Unpacked(t, debian), "usr/lib"))); err != nil {
			t.Fatal(err)
		}
	}
	return root
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
