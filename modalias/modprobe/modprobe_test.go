package modprobe_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/modprobe"
)

func TestRead(t *testing.T) {
	const text = `# Made by hand.
blacklist r8169
alias net-pf-* ipv6   # the rest of the line counts for nothing
options snd-hda-intel index=0 \
  model=auto
softdep igc pre: ptp pps-core post: mei
install fred /sbin/modprobe barney; /sbin/modprobe -i fred
remove fred /bin/true
weakdep a b
alias x]y z
options lonely`
	var got modprobe.Config
	if err := got.Read(strings.NewReader(text), "x.conf"); err != nil {
		t.Fatal(err)
	}
	want := modprobe.Config{
		Aliases:   []modprobe.Alias{{Pattern: "net_pf_*", Module: "ipv6"}},
		Blacklist: []string{"r8169"},
		Install:   []modprobe.Command{{Module: "fred", Command: "/sbin/modprobe barney; /sbin/modprobe -i fred"}},
		Remove:    []modprobe.Command{{Module: "fred", Command: "/bin/true"}},
		Options:   []modprobe.Options{{Module: "snd_hda_intel", Options: "index=0   model=auto"}},
		Softdeps:  []modprobe.Softdep{{Module: "igc", Pre: []string{"ptp", "pps-core"}, Post: []string{"mei"}}},
		Ignored:   []modprobe.Line{{File: "x.conf", Number: 9, Word: "weakdep"}, {File: "x.conf", Number: 10, Word: "alias"}, {File: "x.conf", Number: 11, Word: "options"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Read() mismatch (-want +got):\n%s", diff)
	}
}

// What is no file that ends must not be waited for, nor fill the memory.
func TestReadDirsOfBadFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "good.conf"), "blacklist good\n")
	if err := os.Symlink("/dev/zero", filepath.Join(dir, "endless.conf")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.conf"), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := modprobe.ReadDirs(dir, filepath.Join(dir, "none"), filepath.Join(dir, "none.conf"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"good"}, c.Blacklist); diff != "" {
		t.Errorf("blacklist mismatch (-want +got):\n%s", diff)
	}
	file, err := os.Create(filepath.Join(dir, "large.conf"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Truncate(modprobe.MaxFile + 1); err != nil {
		t.Fatal(err)
	}
	if _, err := modprobe.ReadDirs(dir); !errors.Is(err, modprobe.ErrTooLarge) || !strings.Contains(err.Error(), "large.conf") {
		t.Errorf("ReadDirs of a large file: error %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestReadEndless(t *testing.T) {
	var c modprobe.Config
	if err := c.Read(endless{}, "zero"); !errors.Is(err, modprobe.ErrTooLarge) {
		t.Errorf("Read of what does not end: error %v", err)
	}
}

// FuzzRead holds what is read to the words of the text.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/etc/*.conf")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("softdep a  pre: b\\\npost: c\x00d\nalias [a-b]-c x\nalias a] b\n\\"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var c modprobe.Config
		if err := c.Read(bytes.NewReader(text), "fuzz"); err != nil {
			t.Fatal(err)
		}
		entries := len(c.Aliases) + len(c.Blacklist) + len(c.Install) + len(c.Remove) + len(c.Options) + len(c.Softdeps) + len(c.Ignored)
		if lines := bytes.Count(text, []byte("\n")) + 1; entries > lines {
			t.Errorf("%d entries in %d lines", entries, lines)
		}
		names := c.Blacklist
		for _, a := range c.Aliases {
			names = append(names, a.Pattern, a.Module)
		}
		for _, name := range names {
			if name == "" || strings.ContainsAny(name, " \t\n\x00") || !strings.Contains(name, "[") && strings.ContainsAny(name, "-]") {
				t.Errorf("name %q", name)
			}
		}
		last := 0
		for _, line := range c.Ignored {
			if line.Number <= last || line.Word == "" {
				t.Errorf("line %v after line %d", line, last)
			}
			last = line.Number
		}
		c.Resolve("pci:v000010ECd00008168sv0sd0bc02sc00i00", func(string) []string { return names })
	})
}
