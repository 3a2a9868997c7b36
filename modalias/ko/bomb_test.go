package ko_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// readVariable names a file that a child process of these tests reads, to be
// measured.
const readVariable = "KO_TEST_READ"

// readInChild says on standard output what became of the file.
func readInChild(file string) {
	_, err := ko.ReadFile(file)
	status, _ := os.ReadFile("/proc/self/status")
	fmt.Printf("%v\n%s", err, status)
}

// peak is the line of /proc/self/status with the most memory that a process
// had, in kilobytes (proc(5)).
var peak = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// mostMemory is what reading any one module may take, in kilobytes.
const mostMemory = 256 << 10

// measured reads a file in a process of its own.
func measured(t *testing.T, file string) (answer string, kilobytes int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), readVariable+"="+file)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	match := peak.FindSubmatch(out)
	if match == nil {
		t.Fatalf("no VmHWM in %q", out)
	}
	kilobytes, _ = strconv.Atoi(string(match[1]))
	answer, _, _ = strings.Cut(string(out), "\n")
	return answer, kilobytes
}

// xzBombs are about 263 kB of xz that hold 1.7 GB: kmod 30 takes 1,027 MB of
// memory for such a file.
func xzBombs(t *testing.T) map[string][]byte {
	xz := kotest.Tool(t, "xz", "xz-utils")
	block := make([]byte, 64<<20)
	one := run(t, block, xz, "-c")
	module := igc.bytes()
	copy(block, module)
	first := run(t, block, xz, "-c")
	return map[string][]byte{
		"zeros":                   bytes.Repeat(one, 27),
		"a module, then zeros":    append(first, bytes.Repeat(one, 26)...),
		"zeros, dictionary 64 MB": bytes.Repeat(run(t, block, xz, "-9", "-c"), 27),
	}
}

// Few bytes that become many end in an error, and in little memory.
func TestReadFileXZBomb(t *testing.T) {
	for name, bomb := range xzBombs(t) {
		file := filepath.Join(t.TempDir(), "bomb.ko.xz")
		writeFile(t, file, bomb)
		answer, kilobytes := measured(t, file)
		if !strings.Contains(answer, "expands beyond the limit") || kilobytes > mostMemory {
			t.Errorf("%s: %q with %d kB of memory, want an error and at most %d", name, answer, kilobytes, mostMemory)
		}
		t.Logf("%s: %d bytes of xz: %s (%d MB of memory)", name, len(bomb), answer, kilobytes>>10)
	}
}

// Modules of the largest size that is read, of parts that are larger than any
// real one has.
func TestReadFileHugeParts(t *testing.T) {
	const size = ko.MaxBytes - 1<<20
	modinfo := elfSection{name: ".modinfo", kind: 1, data: []byte("name=huge\x00")}
	for name, sections := range map[string][]elfSection{
		"text":     {{}, modinfo, {name: ".text", kind: 1, data: make([]byte, size)}},
		".modinfo": {{}, {name: ".modinfo", kind: 1, data: bytes.Repeat([]byte("alias=x\x00"), size/8)}},
		"symbols":  {{}, modinfo, {name: ".symtab", kind: 2, link: 3, data: bytes.Repeat([]byte{1, 23: 0}, size/24)}, {name: ".strtab", kind: 3, data: []byte("\x00symbol\x00")}},
	} {
		file := filepath.Join(t.TempDir(), "huge.ko.xz")
		writeFile(t, file, run(t, writeELF(sections), kotest.Tool(t, "xz", "xz-utils"), "-1", "-c"))
		answer, kilobytes := measured(t, file)
		if kilobytes > mostMemory {
			t.Errorf("%s: %q with %d kB of memory, want at most %d", name, answer, kilobytes, mostMemory)
		}
		t.Logf("%s: %s (%d MB of memory)", name, answer, kilobytes>>10)
	}
}

// Sections that begin in one piece of a large file and end in another are read
// as from memory.
func TestDecodePieces(t *testing.T) {
	for _, pad := range []int{1<<20 - 64, 1<<20 - 300, 1<<20 - 700, 2<<20 - 65, 3 << 20} {
		m := igc
		m.pad = pad
		data := m.bytes()
		want, err := ko.Read(data, "x.ko")
		if err != nil {
			t.Fatal(err)
		}
		got, err := ko.Decode(bytes.NewReader(data), "x.ko")
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%d bytes before: %v, mismatch (-memory +pieces):\n%s", pad, err, diff)
		}
	}
}
