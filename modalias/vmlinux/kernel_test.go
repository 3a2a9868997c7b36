package vmlinux_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/modalias/vmlinux"
)

// makeKernel makes a kernel in the shape of Linux 3.10 or of 6.12.
func makeKernel(t testing.TB, old bool) []byte {
	t.Helper()
	if old {
		return kotest.MakeKernel(t, "OLD")
	}
	return kotest.MakeKernel(t)
}

// wantDrivers is what the made kernel registers. ACPI and virtio drivers are
// registered without the name of their module.
func wantDrivers(old bool) []vmlinux.Driver {
	uart := []string{"acpi*:80860F0A:*", "acpi*:AMD0020:*"}
	net := []string{"pci:v00008086d000015F2sv00001043sd000087D2bc*sc*i*", "pci:v00008086d000015F3sv*sd*bc*sc*i*"}
	if !old {
		uart = append([]string{"acpi*:0108??:*"}, uart...)
		net = append(net, "vfio_pci:v00008086d00001572sv*sd*bc*sc*i*")
	}
	return []vmlinux.Driver{
		{Bus: "acpi", Name: "button", Aliases: []string{"acpi*:PNP0C0C:*", "acpi*:PNP0C0E:*"}},
		{Bus: "acpi", Name: "dw-uart", Aliases: uart},
		{Bus: "pci", Name: "ahci", Module: "ahci", Aliases: []string{
			"pci:v*d*sv*sd*bc01sc06i01*", "pci:v00008086d00002922sv*sd*bc*sc*i*"}},
		{Bus: "pci", Name: "net-card", Module: "net_card", Aliases: net},
		{Bus: "usb", Name: "usb-net", Module: "usb_net", Aliases: []string{
			"usb:v*p*d*dc*dsc*dp*ic08isc06ip50in*", "usb:v0BDAp8153d3[0-1]*dc*dsc*dp*ic*isc*ip*in*",
			"usb:v0BDAp8156d*dc*dsc*dp*ic*isc*ip*in*"}},
		{Bus: "virtio", Name: "virtio_net", Aliases: []string{"virtio:d00000001v*"}},
		{Bus: "vmbus", Name: "hv_netvsc", Module: "hv_netvsc", Aliases: []string{"vmbus:635161f83edfc546913ff2d2f965ed0e"}},
	}
}

func TestRead(t *testing.T) {
	for name, old := range map[string]bool{"3.10": true, "6.12": false} {
		t.Run(name, func(t *testing.T) {
			whole := makeKernel(t, old)
			bare := bytes.Clone(whole)
			copy(bare[0x28:], make([]byte, 8)) // e_shoff
			copy(bare[0x3c:], make([]byte, 4)) // e_shnum, e_shstrndx
			for form, data := range map[string][]byte{"with sections": whole, "without": bare} {
				got, err := vmlinux.Read(data)
				if err != nil {
					t.Fatalf("%s: %v", form, err)
				}
				if diff := cmp.Diff(wantDrivers(old), got.Drivers); diff != "" {
					t.Errorf("%s: drivers mismatch (-want +got):\n%s", form, diff)
				}
				if diff := cmp.Diff([]string{"pci", "usb", "virtio", "vmbus"}, got.Buses); diff != "" {
					t.Errorf("%s: buses mismatch (-want +got):\n%s", form, diff)
				}
				if !strings.HasPrefix(got.Release, name) || string(got.Config) != kotest.KernelConfig || len(got.Exports) != 116 {
					t.Errorf("%s: release %s, %d exports, config %q", form, got.Release, len(got.Exports), got.Config)
				}
			}
		})
	}
}

// uImage puts U-Boot's header before a file.
func uImage(data []byte) []byte {
	return append(append([]byte{0x27, 0x05, 0x19, 0x56}, make([]byte, 60)...), data...)
}

// unified makes a PE file with a kernel in its section .linux, which is what a
// unified kernel image is to us.
func unified(t testing.TB, kernel []byte) []byte {
	t.Helper()
	objcopy := kotest.Tool(t, "objcopy", "binutils")
	in, out := filepath.Join(t.TempDir(), "in"), filepath.Join(t.TempDir(), "out")
	if err := os.WriteFile(in, kernel, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(objcopy, "-I", "binary", "-O", "pei-x86-64", "-B", "i386",
		"--rename-section", ".data=.linux,alloc,load,readonly,data,contents", in, out)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("objcopy: %v\n%s", err, text)
	}
	return readFile(t, out)
}

// filter runs data through a command.
func filter(t testing.TB, data []byte, command string) []byte {
	t.Helper()
	tool, _, _ := strings.Cut(command, " ")
	kotest.Tool(t, tool, tool)
	cmd := exec.Command("sh", "-c", command)
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return out
}

// The compressions are those of arch/x86/boot/compressed/Makefile, with the
// arguments that scripts/Makefile.lib gives.
func TestUnwrap(t *testing.T) {
	kernel := makeKernel(t, false)
	size := binary.LittleEndian.AppendUint32(nil, uint32(len(kernel)))
	want, err := vmlinux.Read(kernel)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, command string
		appendSize    bool
	}{
		{"gzip", "gzip -n -9", false},
		{"bzip2", "bzip2 -9", true},
		{"lzma", "lzma -9", true},
		{"xz", "xz --check=crc32 --x86 --lzma2=,dict=32MiB", true},
		{"lzo", "lzop -9", true},
		{"lz4", "lz4 -l -9 - -", true},
		{"zstd", "zstd -22 --ultra", true},
	} {
		packed := filter(t, kernel, c.command)
		payload := packed
		if c.appendSize {
			payload = append(bytes.Clone(packed), size...)
		}
		lost := kotest.BZImage(payload)
		copy(lost[0x248:], make([]byte, 8)) // a header that leads nowhere
		for form, data := range map[string][]byte{
			"bzImage": kotest.BZImage(payload), "bzImage, scanned": lost, "alone": packed,
			"uImage": uImage(kotest.BZImage(payload)), "uImage alone": uImage(packed), "gzipped bzImage": filter(t, kotest.BZImage(payload), "gzip"),
			"unified": unified(t, kotest.BZImage(payload)),
		} {
			got, err := vmlinux.Read(data)
			if err != nil {
				t.Errorf("%s, %s: %v", form, c.name, err)
				continue
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(vmlinux.Image{}, "Compression")); diff != "" || got.Compression != c.name {
				t.Errorf("%s: compression %q, want %q (-want +got):\n%s", form, got.Compression, c.name, diff)
			}
		}
	}
}

// What is no kernel is called what it is, with a hint where there is one.
func TestNotKernel(t *testing.T) {
	kernel := makeKernel(t, false)
	arm := append([]byte("MZ"), make([]byte, 100)...)
	copy(arm[0x38:], "ARM\x64")
	other := bytes.Clone(kernel)
	other[0x12] = 183 // e_machine: AArch64
	tar := make([]byte, 1024)
	copy(tar[257:], "ustar")
	for name, test := range map[string]struct {
		data []byte
		want error
		text string
		hint bool
	}{
		"empty":          {nil, vmlinux.ErrFormat, "empty", false},
		"text":           {[]byte("hello"), vmlinux.ErrFormat, "not a Linux kernel", true},
		"initrd":         {[]byte("070701"), vmlinux.ErrFormat, "initrd", true},
		"gzipped initrd": {filter(t, []byte("070701"), "gzip"), vmlinux.ErrFormat, "initrd", true},
		"pat file":       {tar, vmlinux.ErrFormat, "tar archive", true},
		"arm64":          {arm, vmlinux.ErrMachine, "arm64", false},
		"arm64 ELF":      {other, vmlinux.ErrMachine, "AARCH64", false},
		"EFI program":    {append([]byte("MZ"), make([]byte, 500)...), vmlinux.ErrFormat, "EFI program", false},
		"cut bzImage":    {kotest.BZImage(filter(t, kernel, "gzip"))[:2000], vmlinux.ErrDamaged, "middle", false},
		"cut UKI":        {unified(t, kotest.BZImage(filter(t, kernel, "gzip")))[:3000], vmlinux.ErrFormat, "EFI program", false},
		"EFI loader":     {unified(t, []byte("no kernel")), vmlinux.ErrFormat, "not a Linux kernel", true},
		"cut gzip":       {filter(t, kernel, "gzip")[:500], archive.ErrTruncated, "", false},
		"no payload":     {kotest.BZImage(make([]byte, 500)), vmlinux.ErrDamaged, "compressed", false},
		"other program":  {readFile(t, "/proc/self/exe"), vmlinux.ErrFormat, "no kernel", false},
		"cut vmlinux":    {kernel[:len(kernel)/2], vmlinux.ErrDamaged, "", false},
	} {
		_, err := vmlinux.Read(test.data)
		if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: %v, want %v and %q", name, err, test.want, test.text)
		}
		var hinted interface{ Hint() string }
		if errors.As(err, &hinted) != test.hint {
			t.Errorf("%s: %v: hint is %v", name, err, !test.hint)
		}
	}
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// FuzzRead holds Read to its promise: an error or an answer, and no panic.
func FuzzRead(f *testing.F) {
	for _, old := range []bool{true, false} {
		kernel := makeKernel(f, old)
		f.Add(kernel)
		f.Add(kotest.BZImage(filter(f, kernel, "gzip")))
		f.Add(uImage(filter(f, kernel, "xz")))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		image, err := vmlinux.Read(data)
		if err == nil && (image.Release == "" || len(image.Exports) == 0) {
			t.Errorf("no error, and no answer: %+v", image)
		}
	})
}
