package kotest

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var (
	//go:embed testdata/kernel.c
	kernelSource []byte
	//go:embed testdata/kernel.lds
	kernelLayout []byte
)

// KernelConfig is the .config that the made kernels carry.
const KernelConfig = "CONFIG_PCI=y\n"

// MakeKernel compiles testdata/kernel.c to what looks like a stripped vmlinux.
// The source says which macros change it.
func MakeKernel(t testing.TB, macros ...string) []byte {
	t.Helper()
	gcc := Tool(t, "gcc", "gcc")
	dir := t.TempDir()
	for name, data := range map[string][]byte{
		"kernel.c": kernelSource, "kernel.lds": kernelLayout, "config.gz": gzipped([]byte(KernelConfig)),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"-m64", "-O2", "-mcmodel=kernel", "-fno-pic", "-no-pie", "-ffreestanding", "-fno-stack-protector",
		"-fcf-protection=none", "-mno-red-zone", "-nostdlib", "-static", "-s", "-Wl,--build-id=none", "-Wl,-z,max-page-size=4096",
		"-Wl,--no-warn-rwx-segments", "-Wl,-T,kernel.lds", "-Wl,-e,0", "-o", "vmlinux", "kernel.c"}
	for _, macro := range macros {
		args = append(args, "-D"+macro)
	}
	cmd := exec.Command(gcc, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "vmlinux"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func gzipped(data []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(data)
	z.Close()
	return out.Bytes()
}

// BZImage wraps a compressed kernel as arch/x86/boot does, behind some code.
func BZImage(payload []byte) []byte {
	const setup, code = 2 * 512, 300
	image := make([]byte, setup+code)
	image[0x1f1] = 1 // sectors of setup code, besides the boot sector
	copy(image[0x202:], "HdrS\x0f\x02")
	binary.LittleEndian.PutUint32(image[0x248:], code)
	binary.LittleEndian.PutUint32(image[0x24c:], uint32(len(payload)))
	copy(image[setup:], "\x1f\x8bBZh\x5d\x00\x00") // no stream begins here
	return append(append(image, payload...), make([]byte, 100)...)
}

// ZImage is a made kernel as people have it: compressed, in a bzImage.
func ZImage(t testing.TB, macros ...string) []byte {
	t.Helper()
	return BZImage(gzipped(MakeKernel(t, macros...)))
}
