package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestPlatformScript is TestScript for sessions with kernels, which are made
// for it: zImage, the same without ahci, and an initrd.
func TestPlatformScript(t *testing.T) {
	files := map[string][]byte{
		"zImage":        kotest.ZImage(t, "OLD"),
		"zImage-noahci": kotest.ZImage(t, "OLD", "NOAHCI"),
		"rd.gz":         makeInitrd(t),
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/platform",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_DATA_HOME", filepath.Join(env.WorkDir, ".data"))
			for name, data := range files {
				if err := os.WriteFile(filepath.Join(env.WorkDir, name), data, 0o644); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

// makeInitrd packs a module with gzip, as an appliance's initrd holds it.
func makeInitrd(t *testing.T) []byte {
	t.Helper()
	for tool, pkg := range map[string]string{"gcc": "gcc", "cpio": "cpio", "gzip": "gzip"} {
		kotest.Tool(t, tool, pkg)
	}
	dir := t.TempDir()
	source := `__attribute__((section(".modinfo"), used)) static const char info[] =
	"name=r8168\0alias=pci:v000010ECd00008168sv*sd*bc*sc*i*\0license=GPL\0vermagic=3.10.108 SMP mod_unload \0";`
	if err := os.WriteFile(filepath.Join(dir, "r8168.c"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", `mkdir -p usr/lib/modules && gcc -c -o usr/lib/modules/r8168.ko r8168.c &&
		find usr | cpio -o -H newc --quiet | gzip -n`)
	cmd.Dir = dir
	data, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return data
}
