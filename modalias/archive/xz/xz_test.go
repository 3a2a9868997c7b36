package xz_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	uk "github.com/ulikunitz/xz"
	"github.com/xi2/xz"

	"github.com/modscout/modscout/modalias/archive/lzma"
	ours "github.com/modscout/modscout/modalias/archive/xz"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// anyDictionary allows all dictionaries that the tests make.
const anyDictionary = 64 << 20

// decode returns the content of a file and how much of the file was read. An
// error must be there to stay.
func decode(d *ours.Decoder, file []byte, dictionary int) (content []byte, read int, err error) {
	rest := bytes.NewReader(file)
	in := bufio.NewReader(rest)
	for err = d.Reset(in, dictionary); err == nil; {
		var piece []byte
		piece, err = d.Next()
		content = append(content, piece...)
	}
	if _, again := d.Next(); again != err {
		err = fmt.Errorf("first %w, then %v", err, again)
	}
	if err == io.EOF {
		err = nil
	}
	return content, len(file) - rest.Len() - in.Buffered(), err
}

// pack runs the xz tool.
func pack(t testing.TB, content []byte, options ...string) []byte {
	t.Helper()
	return kotest.Filter(t, content, "xz", "xz-utils", append([]string{"-c"}, options...)...)
}

// contents are what modules are made of: text, code, tables, what does not
// compress, and what compresses to nothing.
func contents(t testing.TB) map[string][]byte {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	random := make([]byte, 70_000)
	rand.NewChaCha8([32]byte{}).Read(random)
	code := program[len(program)/4:][:150_000]
	return map[string][]byte{
		"nothing": nil,
		"a byte":  {7},
		"text":    []byte(strings.Repeat("alias=pci:v00008086d000015F3sv*sd*bc*sc*i*\x00", 3000)),
		"code":    code,
		"random":  random,
		"zeros":   make([]byte, 500_000),
		"mixed":   bytes.Join([][]byte{code[:50_000], random, code[:50_000], random}, nil),
	}
}

// TestTool wants back what the xz tool was given, with one decoder for all.
func TestTool(t *testing.T) {
	var d ours.Decoder
	all := contents(t)
	for _, options := range []string{
		"-0", "-1", "-3", "-6", "-9e",
		"--check=none", "--check=crc32", "--check=crc64", "--check=sha256",
		"--x86 --lzma2", "--x86=start=4096 --lzma2", "--delta=dist=4 --lzma2", "--delta=dist=256 --x86 --lzma2",
		"--block-size=50000", "-T2 --block-size=65536 --x86 --lzma2", "--block-list=1000,70000,0",
		"--lzma2=dict=4KiB", "--lzma2=dict=64KiB,nice=273", "--x86 --lzma2=dict=4KiB",
		"--lzma2=lc=0,lp=4,pb=4", "--lzma2=lc=4,lp=0,pb=0", "--lzma2=lc=1,lp=2,pb=1", "--lzma2=mode=fast,mf=hc3",
	} {
		for name, want := range all {
			file := pack(t, want, strings.Fields(options)...)
			got, read, err := decode(&d, file, anyDictionary)
			if err != nil || read != len(file) || !bytes.Equal(got, want) {
				t.Errorf("%s with %s: %d bytes of %d, %v; want %d bytes of %d", name, options, len(got), read, err, len(want), len(file))
			}
			size, ok := ours.Size(file)
			if !ok || size != uint64(len(want)) {
				t.Errorf("%s with %s: Size() = %d, %v; want %d", name, options, size, ok, len(want))
			}
		}
	}
}

// TestLibrary is TestTool for the library that this project writes .xz with.
func TestLibrary(t *testing.T) {
	var d ours.Decoder
	for name, want := range contents(t) {
		for _, config := range []uk.WriterConfig{{}, {DictCap: 1 << 16}, {CheckSum: uk.SHA256, BlockSize: 40_000}, {NoCheckSum: true}} {
			file := library(t, want, config)
			got, read, err := decode(&d, file, anyDictionary)
			if err != nil || read != len(file) || !bytes.Equal(got, want) {
				t.Errorf("%s: %d bytes of %d, %v; want %d of %d", name, len(got), read, err, len(want), len(file))
			}
		}
	}
}

func library(t testing.TB, content []byte, config uk.WriterConfig) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := config.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Write(content)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestStreams wants all streams, and nothing of what follows them.
func TestStreams(t *testing.T) {
	one, two := pack(t, []byte("one")), pack(t, []byte("two"), "--check=sha256")
	padding := make([]byte, 8)
	for _, test := range []struct {
		name   string
		parts  [][]byte
		want   string
		behind int // bytes that are left
	}{
		{"two", [][]byte{one, two}, "onetwo", 0},
		{"with padding", [][]byte{one, padding, two, padding}, "onetwo", 0},
		{"with an archive behind it", [][]byte{one, padding, []byte("070701")}, "one", 6},
		{"with odd padding", [][]byte{one, padding[:2], two}, "one", 2 + len(two)},
	} {
		file := bytes.Join(test.parts, nil)
		got, read, err := decode(new(ours.Decoder), file, anyDictionary)
		if err != nil || string(got) != test.want || len(file)-read != test.behind {
			t.Errorf("%s: %q, %d bytes left, %v; want %q, %d", test.name, got, len(file)-read, err, test.want, test.behind)
		}
	}
}

// TestDamage cuts small files at each place and changes each of their bytes:
// that must never be content, unless it is the right one.
func TestDamage(t *testing.T) {
	want := bytes.Repeat([]byte("modscout reads .ko.xz, \xe8\x01\x02\x00\x00 and so on. "), 20)
	var d ours.Decoder
	for _, options := range []string{"--check=crc32", "--check=crc64 --x86 --lzma2", "--check=sha256 --block-size=300 -T2", "--lzma2=lc=0,lp=2"} {
		file := pack(t, want, strings.Fields(options)...)
		for n := range file {
			if _, _, err := decode(&d, file[:n], anyDictionary); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s, cut at %d: %v, want %v", options, n, err, io.ErrUnexpectedEOF)
			}
			for bit := range 8 {
				file[n] ^= 1 << bit
				if got, _, err := decode(&d, file, anyDictionary); err == nil && !bytes.Equal(got, want) {
					t.Errorf("%s, bit %d of byte %d changed: %q", options, bit, n, got)
				}
				file[n] ^= 1 << bit
			}
		}
		if got, _, err := decode(&d, file, anyDictionary); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: the decoder has not recovered: %v", options, err)
		}
	}
}

// TestErrors wants each kind of error for what it is.
func TestErrors(t *testing.T) {
	file := func(options ...string) []byte { return pack(t, []byte(strings.Repeat("content ", 100)), options...) }
	for _, test := range []struct {
		name string
		file []byte
		want error
		hint string
	}{
		{"no xz", []byte("hello, hello"), ours.ErrCorrupt, ""},
		{"nothing", nil, io.ErrUnexpectedEOF, ""},
		{"another filter", file("--arm", "--lzma2"), ours.ErrUnsupported, "xz -dc"},
		{"large dictionary", file("--lzma2=dict=128MiB"), lzma.ErrDictionary, ""},
	} {
		_, _, err := decode(new(ours.Decoder), test.file, anyDictionary)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
		var hinted interface{ Hint() string }
		if test.hint != "" && (!errors.As(err, &hinted) || !strings.Contains(hinted.Hint(), test.hint)) {
			t.Errorf("%s: %v has no hint at %s", test.name, err, test.hint)
		}
	}
}

// TestMemory: a dictionary takes what the content needs, not what it asks for.
func TestMemory(t *testing.T) {
	file := pack(t, []byte(strings.Repeat("content ", 1000)), "--lzma2=dict=64MiB")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, _, err := decode(new(ours.Decoder), file, anyDictionary); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
		t.Errorf("%d bytes taken for a content of 8000", taken)
	}
}

// TestDebian compares a hundredth of a kernel's modules with what the tool
// makes of them.
func TestDebian(t *testing.T) {
	var d ours.Decoder
	for _, file := range modules(t, 100) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, read, err := decode(&d, data, 1<<20)
		if err != nil || read != len(data) || !bytes.Equal(got, pack(t, data, "-d")) {
			t.Errorf("%s: %d bytes of %d, %v", file, len(got), read, err)
		}
	}
}

// modules returns every nth file .ko.xz of a kernel.
func modules(t testing.TB, nth int) (files []string) {
	t.Helper()
	dir, n := kotest.Debian(t, "linux-image-6.12-cloud-amd64").Modules, 0
	filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if n++; err == nil && strings.HasSuffix(path, ".ko.xz") && n%nth == 0 {
			files = append(files, path)
		}
		return err
	})
	return files
}

// BenchmarkModules is beside the two libraries.
func BenchmarkModules(b *testing.B) {
	var d ours.Decoder
	readers := map[string]func([]byte) (int64, error){
		"ours": func(file []byte) (n int64, err error) {
			for err = d.Reset(bufio.NewReader(bytes.NewReader(file)), 1<<20); err == nil; {
				var piece []byte
				piece, err = d.Next()
				n += int64(len(piece))
			}
			return n, nil
		},
		"xi2": func(file []byte) (int64, error) {
			z, err := xz.NewReader(bytes.NewReader(file), 0)
			if err != nil {
				return 0, err
			}
			return io.Copy(io.Discard, z)
		},
		"ulikunitz": func(file []byte) (int64, error) {
			z, err := uk.NewReader(bytes.NewReader(file))
			if err != nil {
				return 0, err
			}
			return io.Copy(io.Discard, z)
		},
	}
	var files [][]byte
	for _, name := range modules(b, 40) {
		data, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		files = append(files, data)
	}
	for _, name := range []string{"ours", "xi2", "ulikunitz"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var sum int64
				for _, file := range files {
					n, err := readers[name](file)
					if err != nil {
						b.Fatal(err)
					}
					sum += n
				}
				b.SetBytes(sum)
			}
		})
	}
}
