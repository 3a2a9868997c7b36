package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// oldReport is what lies on a stick from another machine.
const oldReport = `{"schema":"modscout.report/v1","tool":"old","source":{"kind":"ids"},"machine":{},"devices":[]}`

// testBadSticks pulls the stick out while the report is being written, and then
// tries a full one, one that is write-protected, and at last a good one. Each
// is a copy of the first. What was on a stick before must still be there where
// the new report is not.
func testBadSticks(t *testing.T, program string) {
	kernel := kotest.Debian(t, "linux-image-amd64")
	pulled := buildImage(t, program, kernel, filepath.Join(t.TempDir(), "scan.img"), "--append", "modscout.loader=rr")
	addToStick(t, pulled, "report.json", []byte(oldReport))
	const leftover = ".report.json5577006791947779410" // of a stick that was pulled out before
	addToStick(t, pulled, leftover, []byte(oldReport[:20]))
	sticks := map[string]string{"pulled": pulled}
	for _, name := range []string{"full", "protected", "good"} {
		sticks[name] = tempFile(t, name, readFile(t, pulled))
	}
	fillStick(t, sticks["full"])

	board := qemu.Plain()
	board.Devices = append(board.Devices, "usb-storage,bus=usb.0,drive=pulled,id=pulled,removable=on,bootindex=0")
	for name, more := range map[string]string{"pulled": "throttling.bps-write=16384", "full": "", "protected": "readonly=on", "good": ""} {
		board.Extra = append(board.Extra, "-drive", strings.TrimSuffix("if=none,format=raw,id="+name+",file="+sticks[name]+","+more, ","))
	}
	g := startGuest(t, board)
	g.hears("looking at this machine", 1)
	for g.written("pulled") < 16384 { // of a report of 60 kB
		time.Sleep(50 * time.Millisecond)
	}
	g.command("device_del pulled")
	g.hears("NOT SAVED on the stick: ", 1)
	for _, stick := range []struct{ name, says string }{
		{"full", "no space left on device"},
		{"protected", "read-only file system"},
		{"good", "Saved on the stick"},
	} {
		g.command("device_add usb-storage,bus=usb.0,removable=on,drive=" + stick.name + ",id=" + stick.name)
		g.types("s")
		g.hears(stick.says, 1)
		if stick.name != "good" {
			g.command("device_del " + stick.name)
		}
	}
	g.types("p")
	g.waits()
	if _, err := fs.Stat(openStick(t, sticks["good"]), "modscout/"+leftover); err == nil {
		t.Error("what was left of a report is still on the good stick")
	}
	for name, file := range sticks {
		got := readStick(t, openStick(t, file), "modscout/report.json")
		if isOld := bytes.Equal(got, []byte(oldReport)); isOld == (name == "good") {
			t.Errorf("the %s stick has the old report: %v", name, isOld)
		}
	}
}

// written is how many bytes were written to a drive.
func (g *guest) written(drive string) int {
	g.t.Helper()
	said := g.command("info blockstats")
	found := regexp.MustCompile(`(?m)^` + drive + `\b.*? wr_bytes=(\d+)`).FindStringSubmatch(said)
	if found == nil {
		g.t.Fatalf("QEMU's monitor does not tell of %s: %s", drive, said)
	}
	n, _ := strconv.Atoi(found[1])
	return n
}

// fillStick leaves no free byte on a stick.
func fillStick(t *testing.T, image string) {
	t.Helper()
	out, err := exec.Command(kotest.Tool(t, "mdir", "mtools"), "-i", image+"@@1M", "::").Output()
	free := regexp.MustCompile(`([\d ]+) bytes free`).FindSubmatch(out)
	if err != nil || free == nil {
		t.Fatalf("mdir: %v\n%s", err, out)
	}
	size, err := strconv.Atoi(strings.ReplaceAll(string(free[1]), " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(t.TempDir(), "filler")
	if err := os.WriteFile(filler, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filler, int64(size)); err != nil {
		t.Fatal(err)
	}
	runTool(t, "mtools", "mcopy", "-i", image+"@@1M", filler, "::filler")
	fmt.Fprintln(t.Output(), "filled with", size, "bytes")
}
