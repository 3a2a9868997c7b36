package main

import (
	"flag"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

var screenFile = flag.String("screen", "", "keep a picture of the answer on the screen in this file (PNG)")

// testScreen reads the VGA text screen as the person in front of it does, after
// a key was pressed: the answer from its first line to the keys.
func testScreen(t *testing.T, program string) {
	parts := buildImage(t, program, kotest.Debian(t, "linux-image-amd64"), t.TempDir()+"/")
	board := qemu.Demo().WithKernel(filepath.Join(parts, "vmlinuz"), filepath.Join(parts, "initrd"))
	board.Append = strings.ReplaceAll(board.Append, "modscout.poweroff=1", "")
	g := startGuest(t, board)
	g.hears("p power off", 1)
	g.types("a")
	g.hears("p power off", 2)
	text := g.screen()
	for _, want := range []string{"\nUSE ", "\nWHY ", "\n8086:10d3 Intel 82574L Gigabit Network Connection ", " e1000e", "\nData: default of ", "\nKeys: a answer d devices"} {
		if !strings.Contains(text, want) {
			t.Errorf("the screen lacks %q:\n%s", want, text)
		}
	}
	if *screenFile != "" {
		g.command("screendump " + *screenFile + " -f png")
	}
	g.types("p")
	g.waits()
}

// screen is what stands on the VGA text screen, 25 lines of 80 characters: every
// second byte of its memory, the others are colours. Linux scrolls by moving the
// start address, registers 0c and 0d of the CRT controller.
func (g *guest) screen() string {
	g.t.Helper()
	start := 0xb8000 + 2*(g.register(0x0c)<<8|g.register(0x0d))
	var text strings.Builder
	for line := range strings.Lines(g.command("xp /4000bx 0x" + strconv.FormatInt(int64(start), 16))) {
		address, values, found := strings.Cut(line, ": ")
		if !found || !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(address) {
			continue
		}
		for i, value := range strings.Fields(values) {
			if b, err := strconv.ParseUint(value, 0, 8); err == nil && i%2 == 0 {
				text.WriteByte(byte(b))
			}
		}
	}
	var lines strings.Builder
	for at := 0; at+80 <= text.Len(); at += 80 {
		lines.WriteString("\n" + strings.TrimRight(text.String()[at:at+80], " "))
	}
	return lines.String()
}

// register reads one of the CRT controller, by its index and data ports.
func (g *guest) register(index int) int {
	g.t.Helper()
	g.command("o /b 0x3d4 " + strconv.Itoa(index))
	said := g.command("i /b 0x3d5")
	found := regexp.MustCompile(`portb\[0x03d5\] = 0x([0-9a-f]+)`).FindStringSubmatch(said)
	if found == nil {
		g.t.Fatalf("QEMU's monitor: %q", said)
	}
	value, _ := strconv.ParseInt(found[1], 16, 32)
	return int(value)
}
