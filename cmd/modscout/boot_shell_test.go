package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// testShell builds an image with u-root's commands and uses them on the serial
// port: started by the command line and left, then started by the key and
// killed. Each time the answer and the keys come back.
func testShell(t *testing.T, program string) {
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
	g.types("h")
	g.hears("h next page", 1)
	g.types("p")
	out := g.waits()
	for _, want := range []string{"Linux (none) ", "manifest", "modscout: shell: signal: killed", "u-root's shell on this console"} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("the serial port lacks %q", want)
		}
	}
}
