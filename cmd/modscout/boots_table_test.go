package main

import (
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/modscout/modscout/cmd/internal/marked"
	"github.com/modscout/modscout/initramfs/qemu"
)

// memories are the sizes that are tried, in MB.
var memories = []int{96, 112, 128, 144, 160, 192, 224, 256, 288, 320, 384}

// tooLong is when a boot without enough memory is given up: GRUB then waits for
// a key.
const tooLong = 100 * time.Second

// measure boots with plenty of memory, and finds how little is enough.
func (w bootWay) measure(t *testing.T, image string) string {
	t.Helper()
	board, file := w.board(t, image)
	b := w.mustBoot(t, board, file)
	enough := sort.Search(len(memories), func(i int) bool {
		board, file := w.board(t, image)
		board.MemoryMB = memories[i]
		_, err := w.boot(t, board, file, tooLong)
		t.Logf("%s with %d MB: %v", w, memories[i], err)
		return err == nil
	})
	least := "more"
	if enough < len(memories) {
		least = fmt.Sprint(memories[enough])
	}
	saved := "no: it comes by the serial port"
	if w.saves() {
		saved = "yes"
	}
	release := strings.TrimPrefix(b.report.Source.Kernel, w.version())
	return fmt.Sprintf("%s%s | %s | %.1f | %s |\n", w.beginning(), release, saved, b.seconds, least)
}

const bootsHead = `| boots from | firmware | Linux | report read back from it | s | MB |
|---|---|---|---|---|---|
`

var firmwareNames = map[qemu.Firmware]string{qemu.BIOS: "SeaBIOS", qemu.UEFI: "OVMF", qemu.SecureBoot: "OVMF, Secure Boot on"}

// beginning is how a way's line begins.
func (w bootWay) beginning() string {
	return fmt.Sprintf("| %s | %s | %s", w.name, firmwareNames[w.firmware], w.version())
}

// keepBoot puts a line into the table of a document. Those of ways that were not
// booted now stay.
func keepBoot(t *testing.T, path, line string) {
	t.Helper()
	old, err := marked.Part(path, "make boots")
	if err != nil {
		t.Fatal(err)
	}
	text := bootsHead
	for _, w := range bootWays {
		if strings.HasPrefix(line, w.beginning()) {
			text += line
		} else {
			text += linesOf(old, w.beginning())
		}
	}
	if err := marked.Replace(path, "make boots", text); err != nil {
		t.Fatal(err)
	}
}
