package qemu

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestArgs(t *testing.T) {
	board := Board{Devices: []string{"qemu-xhci,id=usb"}, Extra: []string{"-device", "e1000"}}.
		WithKernel("vmlinuz", "initrd").
		WithStick("a,b.img", true)
	board.Firmware = UEFI
	want := []string{
		"-accel", "tcg", "-smp", "1", "-cpu", "max", "-machine", "q35", "-m", "256",
		"-nodefaults", "-no-user-config", "-vga", "std", "-display", "none",
		"-serial", "stdio", "-monitor", "none", "-no-reboot",
		"-bios", "/usr/share/ovmf/OVMF.fd",
		"-drive", "if=none,format=raw,id=stick,snapshot=on,file=a,,b.img",
		"-device", "qemu-xhci,id=usb",
		"-device", "usb-storage,bus=usb.0,drive=stick,removable=on,bootindex=0",
		"-kernel", "vmlinuz", "-initrd", "initrd",
		"-append", "console=tty0 console=ttyS0 quiet loglevel=3 panic=1 modscout.poweroff=1",
		"-device", "e1000",
	}
	if diff := cmp.Diff(want, board.Args()); diff != "" {
		t.Errorf("Args() mismatch (-want +got):\n%s", diff)
	}
}

func TestFirmwareCheck(t *testing.T) {
	if err := BIOS.Check(); err != nil {
		t.Errorf("Check() of the BIOS = %v", err)
	}
	if err := Firmware("efi").Check(); !errors.Is(err, ErrFirmware) {
		t.Errorf("Check() of %q = %v, want ErrFirmware", "efi", err)
	}
}

func TestBoardsAreValues(t *testing.T) {
	demo := Demo()
	before := slices.Clone(demo.Devices)
	demo.Without("vmxnet3")
	demo.WithStick("scan.img", false)
	if diff := cmp.Diff(before, demo.Devices); diff != "" {
		t.Errorf("a board changed when another was made of it (-want +got):\n%s", diff)
	}
	if got := demo.Without("vmxnet3").Devices; len(got) != len(before)-1 {
		t.Errorf("Without(vmxnet3) = %v", got)
	}
}

func TestOutput(t *testing.T) {
	const report = `{"schema":"modscout.report/v1","source":{"kind":"sysfs"},"machine":{},"devices":[]}`
	framed := "-----BEGIN MODSCOUT REPORT-----\r\n" + report + "\r\n-----END MODSCOUT REPORT-----\r\n"
	tests := []struct {
		name, serial string
		err          error
	}{
		{"whole", "noise\r\n" + framed + "more\r\n", nil},
		{"the last one counts", strings.Replace(framed, report, "{}", 1) + framed, nil},
		{"cut off", framed[:len(framed)/2], ErrNoDocument},
		{"none", "Kernel panic", ErrNoDocument},
	}
	for _, tt := range tests {
		got, err := Output(tt.serial).Report()
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: Report() = %v, want %v", tt.name, err, tt.err)
		}
		if err == nil && got.Source.Kind != "sysfs" {
			t.Errorf("%s: Report() = %+v", tt.name, got)
		}
	}
}

// TestPrompt gives the prompt in all ways of cutting it in two.
func TestPrompt(t *testing.T) {
	const prompt = "p power off"
	for cut := range len(prompt) {
		var typed bytes.Buffer
		port := serialPort{prompt: []byte(prompt), answer: []byte("p"), typed: &typed}
		for _, part := range []string{"Keys: " + prompt[:cut], prompt[cut:] + "\r\n", prompt} {
			io.WriteString(&port, part)
		}
		if typed.String() != "p" {
			t.Errorf("cut at %d: typed %q, want one p", cut, typed.String())
		}
	}
}

// TestCancel replaces QEMU by a program that never ends.
func TestCancel(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\necho started\nexec sleep 1000\n"
	if err := os.WriteFile(filepath.Join(dir, Program), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	ctx, cancel := context.WithCancel(t.Context())
	out, err := Run(ctx, Board{}, writerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil }), nil)
	if !errors.Is(err, context.Canceled) || string(out) != "started\n" {
		t.Errorf("Run() = %q, %v, want what came before the end and context.Canceled", out, err)
	}
}

func TestNotInstalled(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Run(t.Context(), Board{}, io.Discard, nil); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("Run() = %v, want ErrNotInstalled", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
