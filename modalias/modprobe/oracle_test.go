package modprobe_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/modalias/modprobe"
)

// showConfig is what "modprobe --showconfig" says of some directories, without
// what it takes from the kernel's command line, and without its indexes.
func showConfig(t *testing.T, dirs ...string) string {
	t.Helper()
	args := []string{"--showconfig", "-d", t.TempDir()}
	for _, dir := range dirs {
		args = append(args, "-C", dir)
	}
	out, err := exec.Command(kotest.Tool(t, "modprobe", "kmod"), args...).Output()
	if err != nil {
		t.Fatalf("modprobe: %v", err)
	}
	config, _, _ := strings.Cut(string(out), "\n# End of configuration")
	return config
}

// commandLine is what modprobe adds to any configuration.
func commandLine(t *testing.T) map[string]bool {
	t.Helper()
	lines := map[string]bool{}
	for line := range strings.Lines(showConfig(t, t.TempDir())) {
		lines[line] = true
	}
	return lines
}

// without leaves lines out.
func without(text string, lines map[string]bool) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !lines[line] {
			b.WriteString(line)
		}
	}
	return b.String()
}

// shown is a configuration as modprobe prints it (tools/modprobe.c,
// show_config): no blank stands before "post:" in kmod 30.
func shown(c *modprobe.Config) string {
	var b strings.Builder
	for _, name := range c.Blacklist {
		fmt.Fprintf(&b, "blacklist %s\n", name)
	}
	for _, command := range c.Install {
		fmt.Fprintf(&b, "install %s %s\n", command.Module, command.Command)
	}
	for _, command := range c.Remove {
		fmt.Fprintf(&b, "remove %s %s\n", command.Module, command.Command)
	}
	for _, a := range c.Aliases {
		fmt.Fprintf(&b, "alias %s %s\n", a.Pattern, a.Module)
	}
	for _, o := range c.Options {
		fmt.Fprintf(&b, "options %s %s\n", o.Module, o.Options)
	}
	for _, s := range c.Softdeps {
		fmt.Fprintf(&b, "softdep %s ", s.Module)
		if len(s.Pre) > 0 {
			b.WriteString("pre: " + strings.Join(s.Pre, " "))
		}
		if len(s.Post) > 0 {
			b.WriteString("post: " + strings.Join(s.Post, " "))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func compare(t *testing.T, ignored map[string]bool, dir string) (lines int, same bool) {
	t.Helper()
	c, err := modprobe.ReadDirs(dir)
	if err != nil {
		t.Fatal(err)
	}
	want, got := without(showConfig(t, dir), ignored), without(shown(c), ignored)
	if diff := cmp.Diff(want, got); diff != "" {
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		for _, file := range files {
			data, _ := os.ReadFile(file)
			t.Logf("%s: %q", filepath.Base(file), data)
		}
		t.Errorf("ReadDirs() mismatch (-modprobe +we):\n%s", diff)
		return 0, false
	}
	return strings.Count(want, "\n"), true
}

// TestOracleConfig compares configurations made by hand and by chance with
// what modprobe reads of the same files.
func TestOracleConfig(t *testing.T) {
	ignored := commandLine(t)
	t.Run("made by hand", func(t *testing.T) {
		if n, _ := compare(t, ignored, "testdata/etc"); n < 20 {
			t.Errorf("modprobe reads %d lines", n)
		}
	})
	t.Run("distribution's", func(t *testing.T) {
		for _, dir := range modprobe.Dirs {
			if _, err := os.Stat(dir); err == nil {
				compare(t, ignored, dir)
			}
		}
	})
	random := rand.New(rand.NewPCG(5, 6))
	lines, configs := 0, 400
	for range configs {
		dir := t.TempDir()
		for _, name := range []string{"a.conf", "b.conf", "B.conf", "10-x.conf", ".conf", ".hidden.conf", "x.conf.dpkg-old", "readme"} {
			if random.IntN(2) == 0 {
				write(t, filepath.Join(dir, name), randomConfig(random))
			}
		}
		n, same := compare(t, ignored, dir)
		if lines += n; !same {
			t.FailNow()
		}
	}
	t.Logf("%d configurations, %d lines, 0 differences", configs, lines)
}

// randomConfig makes lines of the words and blanks that mean something.
func randomConfig(random *rand.Rand) string {
	words := []string{"alias", "blacklist", "install", "remove", "options", "softdep", "include", "config", "#", "# x", "pre:", "post:", "pre:a",
		"snd-hda-intel", "a_b", "a-b", "pci:v00008086d*sv*sd*bc*sc*i*", "usb:v0BDAp8156d[0-3]*", "x[a-b]-c", "x]y", "x[y", "*", "index=0,1", "/bin/true;", "\"a b\"", "\\", "\xe9"}
	blanks := []string{" ", " ", " ", "\t", "  ", "   ", " \t", "\\\n", " \\\n ", "\v", "\\x", "\r"}
	var b strings.Builder
	for range random.IntN(12) {
		if random.IntN(8) == 0 {
			b.WriteString(blanks[random.IntN(len(blanks))])
		}
		if random.IntN(4) > 0 {
			b.WriteString(words[random.IntN(8)])
			b.WriteString(blanks[random.IntN(6)])
		}
		for range random.IntN(7) {
			b.WriteString(words[random.IntN(len(words))])
			b.WriteString(blanks[random.IntN(len(blanks))])
		}
		b.WriteString([]string{"\n", "\n", "\n\n", "\\\n"}[random.IntN(4)])
	}
	return b.String() + "blacklist last" // no backslash at the end: kmod 30 reads a byte 0xff there
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestOracleDirs compares which file of a name counts, and their order.
func TestOracleDirs(t *testing.T) {
	base := t.TempDir()
	etc, lib := filepath.Join(base, "etc"), filepath.Join(base, "lib")
	write(t, filepath.Join(etc, "50.conf"), "blacklist of_etc\n")
	write(t, filepath.Join(lib, "50.conf"), "blacklist of_lib\n")
	write(t, filepath.Join(lib, "10.conf"), "blacklist first\n")
	write(t, filepath.Join(etc, "60.conf"), "blacklist last\n")
	write(t, filepath.Join(lib, "70.conf"), "blacklist hidden\n")
	write(t, filepath.Join(lib, "dir.conf", "x.conf"), "blacklist inner\n")
	if err := os.Symlink("/dev/null", filepath.Join(etc, "70.conf")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(etc, "80.conf")); err != nil {
		t.Fatal(err)
	}
	c, err := modprobe.ReadDirs(etc, filepath.Join(base, "none"), lib)
	if err != nil {
		t.Fatal(err)
	}
	want := without(showConfig(t, etc, filepath.Join(base, "none"), lib), commandLine(t))
	if diff := cmp.Diff(want, shown(c)); diff != "" {
		t.Errorf("ReadDirs() mismatch (-modprobe +we):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"first", "of_etc", "last"}, c.Blacklist); diff != "" {
		t.Errorf("blacklist mismatch (-want +got):\n%s", diff)
	}
}
