// Package kotest gives tests the real things they are held to: Debian's
// kernels, which `make kernels` unpacks, and tools such as kmod and QEMU. Where
// one is missing the test is skipped with the reason, and fails instead where
// MODSCOUT_REQUIRE is set, as CI does.
package kotest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Kernel is one unpacked Debian kernel package.
type Kernel struct {
	Release string // "6.1.0-56-amd64"
	Image   string // path of its vmlinuz
	Modules string // path of its lib/modules/RELEASE
}

// Debian returns the newest kernel behind a metapackage, such as
// "linux-image-amd64" (6.1) or "linux-image-6.12-cloud-amd64".
func Debian(t testing.TB, metapackage string) Kernel {
	t.Helper()
	dir := filepath.Join(cache(), "kernels", metapackage)
	trees, _ := filepath.Glob(filepath.Join(dir, "lib", "modules", "*"))
	if len(trees) != 1 {
		Missing(t, "kernel "+metapackage+" is not in "+dir+": run make kernels")
	}
	release := filepath.Base(trees[0])
	return Kernel{
		Release: release,
		Image:   filepath.Join(dir, "boot", "vmlinuz-"+release),
		Modules: trees[0],
	}
}

// Tool returns the path of a program, looking in the system directories too.
func Tool(t testing.TB, name, debianPackage string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	Missing(t, name+" is not installed: apt-get install "+debianPackage)
	return ""
}

// Filter runs a [Tool] on data and returns what it writes. A tool that fails
// fails the test.
func Filter(t testing.TB, data []byte, name, debianPackage string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(Tool(t, name, debianPackage), args...)
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", cmd, err)
	}
	return out
}

// Unpacked returns the directory that holds the files of a Debian package that
// is unpacked and never installed. Where it is not there the test is skipped,
// as with [Tool].
func Unpacked(t testing.TB, debianPackage string) string {
	t.Helper()
	dir := filepath.Join(cache(), "tools", debianPackage)
	if _, err := os.Stat(filepath.Join(dir, ".done")); err != nil {
		Missing(t, debianPackage+" is not unpacked in "+dir+": run make tools")
	}
	return dir
}

// Outside returns the directory that an environment variable names, for data
// that no package ships (clones of public repositories, corpora). Without it
// the test is skipped, in CI too: the skip is counted by its reason.
func Outside(t testing.TB, variable string) string {
	t.Helper()
	dir := os.Getenv(variable)
	if dir == "" {
		t.Skipf("outside data: %s is not set", variable)
	}
	return dir
}

// Slow skips a test that takes long, for the reason given, where the caller
// asked for a short run (-short); as with [Missing], never where
// MODSCOUT_REQUIRE is set.
func Slow(t testing.TB, why string) {
	t.Helper()
	if testing.Short() {
		Missing(t, "not in a short run: "+why)
	}
}

// Boots says that the test boots machines in QEMU, which is slow and needs it.
func Boots(t testing.TB) {
	t.Helper()
	Slow(t, "boots in QEMU")
	Tool(t, "qemu-system-x86_64", "qemu-system-x86")
}

// Missing skips the test for want of something that can be installed, or fails
// it where MODSCOUT_REQUIRE is set.
func Missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("MODSCOUT_REQUIRE") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// cache is the project's own directory for what make downloads.
func cache() string {
	if dir := os.Getenv("MODSCOUT_CACHE"); dir != "" {
		return dir
	}
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..", ".cache")
}
