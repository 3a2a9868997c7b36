package busybox

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// What the machine lacks is told before anything is built. The program itself
// is built and used where the scan image is booted: TestBoot in cmd/modscout.
func TestBuildLacks(t *testing.T) {
	t.Run("no sources", func(t *testing.T) {
		t.Setenv("GOPROXY", "off")
		t.Setenv("GOMODCACHE", t.TempDir())
		if _, err := Build(t.Context()); !errors.Is(err, ErrNoSource) {
			t.Errorf("Build() = %v, want %v", err, ErrNoSource)
		}
	})
	t.Run("no toolchain", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if _, err := Build(t.Context()); !errors.Is(err, exec.ErrNotFound) {
			t.Errorf("Build() = %v, want %v", err, exec.ErrNotFound)
		}
	})
}

// TestPinned holds the commands to the u-root that PID 1 is made of.
func TestPinned(t *testing.T) {
	own, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`github\.com/u-root/u-root (v\S+)`)
	want, got := version.FindStringSubmatch(string(own)), version.FindStringSubmatch(modFile)
	if want == nil || got == nil || want[1] != got[1] {
		t.Errorf("makebb.mod has u-root %q, go.mod %q", got, want)
	}
}
