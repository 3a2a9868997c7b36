package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// testShell builds an image with u-root's commands and uses them on the serial
// port: started by the command line and left, then started by the key and
// killed; and at last at the keyboard of the screen. Each time the answer and the
// keys come back.
func testShell(t *testing.T, program string) {
	source := exec.Command("go", "list", "-deps", "-modfile=../../initramfs/busybox/makebb.mod", "github.com/u-root/u-root/cmds/core/gosh")
	if out, err := source.CombinedOutput(); err != nil {
		kotest.Missing(t, fmt.Sprintf("u-root's source, from the Go module proxy: %v\n%s", err, out))
	}
	parts := buildImage(t, program, kotest.Debian(t, "linux-image-amd64"), t.TempDir()+"/", "--shell")
	board := qemu.Plain().WithKernel(filepath.Join(parts, "vmlinuz"), filepath.Join(parts, "initrd"))
	board.Append = strings.ReplaceAll(board.Append, "modscout.poweroff=1", "modscout.shell=1")
	board.MemoryMB = 512
	g := startGuest(t, board)
	g.hears("x shell", 1)
	g.hears("$ ", 1)
	g.types("uname -a\n")
	g.hears("$ ", 2)
	g.types("ls /modscout\n")
	g.hears("$ ", 3)
	g.types("exit\n")
	g.hears("x shell", 2)
	g.types("x")
	g.hears("$ ", 4)
	g.types("echo pid $((1+1)); kill -9 $$\n")
	g.hears("pid 2", 1)
	g.hears("x shell", 3)
	for _, key := range []string{"e", "x", "i", "t", "ret"} {
		g.command("sendkey " + key) // the command line started one on the screen too
	}
	g.hears("x shell", 4)
	g.command("sendkey h")
	g.hears("h next page", 1)
	if text := g.screen(); !strings.Contains(text, "\nKEYS") || !strings.Contains(text, "Page 1 of ") {
		t.Errorf("the screen lacks the help:\n%s", text)
	}
	g.types("p")
	out := g.waits()
	for _, want := range []string{"Linux (none) ", "manifest", "modscout: shell: signal: killed", "u-root's shell on this console"} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("the serial port lacks %q", want)
		}
	}
}
