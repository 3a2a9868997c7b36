package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/initramfs"
	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/scan/report"
)

// images are built once for all ways that share one.
type images struct {
	program string
	paths   map[string]string
}

func (i images) of(t *testing.T, w bootWay) string {
	t.Helper()
	signed := w.firmware == qemu.SecureBoot
	key := fmt.Sprint(w.output, w.kernel, signed)
	if i.paths[key] != "" {
		return i.paths[key]
	}
	dir, err := os.MkdirTemp(filepath.Dir(i.program), "image")
	if err != nil {
		t.Fatal(err)
	}
	more := []string{"--append", "modscout.poweroff=1 modscout.debug=1"} // it tells the times
	if signed {
		more = append(more, "--secure-boot="+signedLoaders(t), "--drivers", "none")
	}
	i.paths[key] = buildImage(t, i.program, kotest.Debian(t, w.kernel), dir+"/"+w.output, more...)
	return i.paths[key]
}

// booted is what came of a boot.
type booted struct {
	report  *report.Report
	seconds float64 // from the kernel's start to the saved report, by the guest's clock
}

// board is a PC that starts from a copy of an image. It returns the copy too.
func (w bootWay) board(t *testing.T, image string) (qemu.Board, string) {
	t.Helper()
	if w.saves() {
		image = tempFile(t, "copy.img", readFile(t, image))
	}
	board := w.plug(qemu.Plain(), image)
	board.Firmware, board.MemoryMB = w.firmware, 512
	return board, image
}

// mustBoot is boot, which may not fail.
func (w bootWay) mustBoot(t *testing.T, board qemu.Board, image string) booted {
	t.Helper()
	b, err := w.boot(t, board, image, 5*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// boot wants from a board, within a time, all that the image promises: a report
// that is complete, a plan, and both on the medium.
func (w bootWay) boot(t *testing.T, board qemu.Board, image string, limit time.Duration) (b booted, err error) {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	out, err := qemu.Run(ctx, board, t.Output(), nil)
	if err != nil {
		return b, err
	}
	if b.report, err = out.Report(); err != nil {
		return b, err
	}
	if _, err = out.Plan(); err != nil {
		return b, err
	}
	if b.seconds, err = savedAt(out); err != nil {
		return b, err
	}
	return b, errors.Join(w.check(b.report), w.checkSaved(b.report, image))
}

// savedAt reads when the report was saved, which modscout.debug=1 tells; where
// nothing can be saved it is when the report came by the serial port.
func savedAt(out qemu.Output) (float64, error) {
	at := regexp.MustCompile(`modscout: save: \S+, done at ([\d.]+) s`).FindSubmatch(out)
	if at == nil || bytes.Contains(out, []byte("NOT SAVED")) {
		return 0, errors.New("the report was not saved")
	}
	return strconv.ParseFloat(string(at[1]), 64)
}

// check holds what a report says of the boot to how it was.
func (w bootWay) check(r *report.Report) error {
	if r.Source.Complete == nil || !*r.Source.Complete || r.Source.Settled == nil || !*r.Source.Settled {
		return fmt.Errorf("the report is not complete or not settled: %+v", r.Source)
	}
	got := qemu.Firmware(r.Machine.Firmware)
	if on := r.Machine.SecureBoot; on != nil && *on {
		got = qemu.SecureBoot
	}
	if got != w.firmware || r.Source.Kernel == "" {
		return fmt.Errorf("the report says firmware %q and kernel %q, want %q", got, r.Source.Kernel, w.firmware)
	}
	return nil
}

// checkSaved reads the report back from the medium, if it can be written to.
func (w bootWay) checkSaved(r *report.Report, image string) error {
	if !w.saves() {
		return nil
	}
	stick, err := initramfs.OpenStick(image)
	if err != nil {
		return err
	}
	defer stick.Close()
	file, err := stick.Open("modscout/report.json")
	if err != nil {
		return fmt.Errorf("on the medium: %w", err)
	}
	defer file.Close()
	saved, err := report.Read(file)
	if err != nil {
		return fmt.Errorf("on the medium: %w", err)
	}
	if diff := cmp.Diff(r, saved); diff != "" {
		return fmt.Errorf("the report on the medium differs from the serial port's (-serial +medium):\n%s", diff)
	}
	return nil
}
