package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestInsideRR runs modscout as RR's user would: in a small system of busybox,
// with RR's partitions mounted and a pack that the embedded catalogue does not
// know.
func TestInsideRR(t *testing.T) {
	busybox := kotest.Tool(t, "busybox", "busybox-static")
	root := t.TempDir()
	place := func(name string, data []byte, mode os.FileMode) {
		t.Helper()
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, mode); err != nil {
			t.Fatal(err)
		}
	}
	place("bin/busybox", readFile(t, busybox), 0o755)
	place("bin/modscout", readFile(t, buildStatic(t, ".")), 0o755)
	place("mnt/p1/user-config.yml", []byte("model: \"DS920+\"\nplatform: geminilakenk\nproductver: \"9.9\"\n"), 0o644)
	place("mnt/p3/bzImage-rr", nil, 0o644)
	place("mnt/p3/modules/geminilakenk-9.9-5.10.55.tgz", packOf(t, map[string]string{
		"igc":   "pci:v00008086d000015F3sv*sd*bc*sc*i*",
		"r8169": "pci:v000010ECd00008168sv*sd*bc*sc*i*",
	}), 0o644)
	place("mnt/p3/modules/firmware.tgz", []byte("not looked at"), 0o644)
	place("opt/rr/include/consts.sh", []byte("RR_VERSION=\"26.7.4\"\n"), 0o644)
	place("root/ids", []byte("8086:15f3\n10ec:8168\n"), 0o644)
	place("root/.cache/modscout/x", nil, 0o644) // the one place where it may keep something
	before := listing(t, root)
	stdout, stderr := chroot(t, root, "/bin/busybox", "sh", "-c", "cd /root && modscout recommend ids --loader rr --os 9.9")
	for _, want := range []string{"rr:geminilakenk-9.9", "Data: rr 26.7.4 of "} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the answer lacks %q:\n%s", want, stdout)
		}
	}
	if want := "found rr 26.7.4 with 1 platforms and 2 modules of its own; it is set to DS920+ 9.9 (geminilakenk)"; !strings.Contains(stderr, want) {
		t.Errorf("it does not say %q:\n%s", want, stderr)
	}
	if after := listing(t, root); after != before {
		t.Errorf("files changed:\n%s\nbefore:\n%s", after, before)
	}
	stdout, _ = chroot(t, root, "/bin/busybox", "sh", "-c", "modscout catalog list && modscout which 8086:15f3")
	for _, want := range []string{"rr 26.7.4  ", "default", "/mnt/p3/modules", "rr: igc, in the pack", "Data: rr 26.7.4 of "} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the lists lack %q:\n%s", want, stdout)
		}
	}
}

// chroot runs a program with root as its root directory, in a user namespace
// of its own where the test is not root.
func chroot(t *testing.T, root string, argv ...string) (stdout, stderr string) {
	t.Helper()
	var out, talk bytes.Buffer
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Path, cmd.Dir, cmd.Env = argv[0], "/", []string{"PATH=/bin", "HOME=/root"}
	cmd.Stdout, cmd.Stderr = &out, &talk
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v\n%s%s", argv, err, &out, &talk)
	}
	return out.String(), talk.String()
}

// packOf packs modules that claim one card each and were built for the kernel
// 5.10.55+.
func packOf(t *testing.T, cards map[string]string) []byte {
	t.Helper()
	cc, dir := kotest.Tool(t, "cc", "gcc"), t.TempDir()
	var file bytes.Buffer
	zip := gzip.NewWriter(&file)
	w := tar.NewWriter(zip)
	for name, alias := range cards {
		object := filepath.Join(dir, name+".ko")
		compile := exec.Command(cc, "-x", "c", "-c", "-o", object, "-")
		compile.Stdin = strings.NewReader(`static const char a[] __attribute__((section(".modinfo"), used)) = "license=GPL\0intree=Y\0name=` +
			name + `\0vermagic=5.10.55+ SMP mod_unload \0alias=` + alias + `";
			extern int printk(const char *, ...); int init_module(void) { return printk(""); }`)
		if out, err := compile.CombinedOutput(); err != nil {
			t.Fatalf("cc: %v\n%s", err, out)
		}
		data := readFile(t, object)
		if err := w.WriteHeader(&tar.Header{Name: name + ".ko", Mode: 0o644, Size: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		w.Write(data)
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// listing names all files below a directory with size and time.
func listing(t *testing.T, root string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.Walk(root, func(name string, info os.FileInfo, err error) error {
		if err == nil && !strings.Contains(name, "/.cache") {
			b.WriteString(strings.TrimPrefix(name, root) + " " + info.ModTime().String() + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
