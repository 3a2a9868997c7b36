package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/modscout/modscout/initramfs"
	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/scan/report"
)

//go:embed testdata/bare.c
var bareSource string

const imageWork = "image: start of QEMU to report written, TCG, wall"

// imageRows compare a boot of the scan image with one of an /init that loads the
// same modules, writes a byte to the same kind of stick and powers off. The time
// that passes counts, for waiting is part of it: it means something only where
// nothing else runs.
func (b *bench) imageRows() ([]row, error) {
	if !b.only.MatchString(imageWork) {
		return nil, nil
	}
	ours, peer := filepath.Join(b.dir, "ours.img"), filepath.Join(b.dir, "bare.img")
	if err := errors.Join(b.stick(ours), b.bareStick(peer)); err != nil {
		return nil, err
	}
	var said qemu.Output
	return []row{{
		work: imageWork, beside: "bare /init", goal: 1.15, cold: true,
		ours: func() (s sample, err error) {
			said, s, err = bootStick(ours, "-----END MODSCOUT REPORT-----")
			return s, err
		},
		peer: func() (s sample, err error) {
			_, s, err = bootStick(peer, "")
			return s, err
		},
		equal: func() (string, error) { return equalSticks(said, ours, peer) },
	}}, nil
}

// kernelImage is where the kernel of the modules lies.
func (b *bench) kernelImage() string {
	return filepath.Join(b.cache, "kernels", "linux-image-amd64", "boot", "vmlinuz-"+b.first.name)
}

// stick makes a scan image, without drivers beside it: none is read before the
// report is written.
func (b *bench) stick(output string) error {
	out, err := exec.Command(b.modscout, "image", "build", "--kernel", b.kernelImage(), "--modules", b.first.modules, "--drivers", "none", "-o", output).CombinedOutput()
	if err != nil {
		return fmt.Errorf("image build: %w\n%s", err, out)
	}
	return nil
}

// bareStick makes the peer's: bare.c as /init, and the modules of a scan image as
// they are, in their order.
func (b *bench) bareStick(output string) error {
	bare := filepath.Join(b.dir, "bare")
	if err := compile(bareSource, bare, "-static"); err != nil {
		return err
	}
	scan, err := initramfs.New(initramfs.Config{Init: bare, Tree: b.first.modules})
	if err != nil {
		return err
	}
	files, order := map[string][]byte{}, ""
	for _, m := range scan.Load {
		if files[m.Path], err = os.ReadFile(filepath.Join(b.first.base, m.Path)); err != nil {
			return err
		}
		order += strings.TrimSpace(m.Path+" "+m.Args) + "\n"
	}
	files["order"] = []byte(order)
	kernel, err := initramfs.ReadKernel(b.kernelImage())
	if err != nil {
		return err
	}
	packed, err := initramfs.New(initramfs.Config{Init: bare, Tree: b.first.modules, Modules: []string{}, Files: files})
	if err != nil {
		return err
	}
	return initramfs.Disk{Kernel: kernel, Initramfs: packed}.Write(output)
}

// bootStick boots a stick until the guest has said something on its serial port,
// or to its end where that is nothing. What is said comes after what is written.
func bootStick(stick, until string) (qemu.Output, sample, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	start := time.Now()
	serial := &listener{until: until, heard: cancel}
	said, err := qemu.Run(ctx, qemu.Plain().WithStick(stick, false), serial, nil)
	wall := time.Since(start)
	if until != "" && errors.Is(err, context.Canceled) {
		wall, err = serial.at.Sub(start), nil
	}
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, said)
	}
	return said, sample{cost: float64(wall), wall: wall}, err
}

// listener calls heard when a text was written to it.
type listener struct {
	until string
	heard func()
	seen  strings.Builder
	at    time.Time // when that was
}

// Write looks for the text.
func (l *listener) Write(p []byte) (int, error) {
	l.seen.Write(p)
	if l.until != "" && l.at.IsZero() && strings.Contains(l.seen.String(), l.until) {
		l.at = time.Now()
		l.heard()
	}
	return len(p), nil
}

// equalSticks wants on our stick the report that came by the serial port, and on
// the peer's its byte.
func equalSticks(said qemu.Output, ours, peer string) (string, error) {
	printed, err := said.Report()
	if err != nil {
		return "", err
	}
	if whole := printed.Source.Complete; whole == nil || !*whole {
		return "", fmt.Errorf("the report is not complete: %+v", printed.Source)
	}
	want, err := printed.Hash()
	if err != nil {
		return "", err
	}
	saved, err := onStick(ours, "modscout/report.json")
	if err != nil {
		return "", err
	}
	r, err := report.Read(strings.NewReader(saved))
	if err != nil {
		return "", err
	}
	if got, err := r.Hash(); err != nil || got != want {
		return "", fmt.Errorf("the report on the stick is another than on the serial port (%w)", err)
	}
	if byte, err := onStick(peer, "modscout/byte"); err != nil || byte != "1" {
		return "", fmt.Errorf("the peer wrote %q (%w)", byte, err)
	}
	return fmt.Sprintf("%d devices, read back", len(r.Devices)), nil
}

// onStick reads a file of a stick.
func onStick(image, name string) (string, error) {
	stick, err := initramfs.OpenStick(image)
	if err != nil {
		return "", err
	}
	defer stick.Close()
	data, err := fs.ReadFile(stick, name)
	return string(data), err
}
