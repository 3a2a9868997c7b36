package archive_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// member is one file of an archive that a test makes.
type member struct{ name, content string }

var two = []member{{"a/igc.ko", "first"}, {"b.txt", strings.Repeat("second ", 1000)}}

func makeTar(t testing.TB, members ...member) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, m := range members {
		header := &tar.Header{Name: m.name, Size: int64(len(m.content)), Mode: 0o644}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, m.content)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// makeCpio writes the "newc" form by hand: the library that makes our images
// is not what reads them.
func makeCpio(members ...member) []byte {
	var out bytes.Buffer
	put := func(name, content string, mode int) {
		fmt.Fprintf(&out, "070701%08X%08X%024X%08X%08X%032X%08X%08X%s\x00", 0, mode, 1, 0, len(content), 0, len(name)+1, 0, name)
		out.Write(make([]byte, -out.Len()&3))
		out.WriteString(content)
		out.Write(make([]byte, -out.Len()&3))
	}
	for _, m := range members {
		put(m.name, m.content, 0o100644)
	}
	put("TRAILER!!!", "", 0)
	return out.Bytes()
}

func makeDeb(members ...member) []byte {
	out := bytes.NewBufferString("!<arch>\n")
	for _, m := range members {
		fmt.Fprintf(out, "%-16s%-12d%-6d%-6d%-8s%-10d`\n%s", m.name, 0, 0, 0, "100644", len(m.content), m.content)
		out.Write(make([]byte, len(m.content)&1))
	}
	return out.Bytes()
}

// compressors write what the package reads, each by another library or tool.
var compressors = map[string]func(io.Writer) (io.WriteCloser, error){
	"gzip": func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
	"xz":   func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) },
	"zstd": func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) },
	"lzma": func(w io.Writer) (io.WriteCloser, error) { return lzma.NewWriter(w) },
	"lz4": func(w io.Writer) (io.WriteCloser, error) {
		z := lz4.NewWriter(w)
		return z, z.Apply(lz4.LegacyOption(true))
	},
}

func compress(t testing.TB, kind string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := compressors[kind](&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func walk(data []byte, limits archive.Limits) ([]member, error) {
	var got []member
	err := archive.Walk(bytes.NewReader(data), limits, func(e archive.Entry) error {
		content, err := io.ReadAll(e.Body)
		if e.Regular {
			got = append(got, member{e.Name, string(content)})
		}
		return err
	})
	return got, err
}

func TestWalk(t *testing.T) {
	plain := map[string][]byte{"tar": makeTar(t, two...), "cpio": makeCpio(two...)}
	forms := map[string][]byte{
		"tar":  plain["tar"],
		"cpio": plain["cpio"],
		"deb":  makeDeb(member{"debian-binary", "2.0\n"}, member{"control.tar.gz", "no"}, member{"data.tar.xz", string(compress(t, "xz", plain["tar"]))}),
	}
	for kind := range compressors {
		forms["tar."+kind] = compress(t, kind, plain["tar"])
		forms["cpio."+kind] = compress(t, kind, plain["cpio"])
	}
	for name, data := range forms {
		got, err := walk(data, archive.Default)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(two, got, cmp.AllowUnexported(member{})); diff != "" {
			t.Errorf("%s: Walk() mismatch (-want +got):\n%s", name, diff)
		}
	}
}

// An initrd is several archives, some plain (microcode first), some
// compressed, in any order, with zeros between them.
func TestWalkConcatenated(t *testing.T) {
	one := func(name string) []byte { return makeCpio(member{name, strings.Repeat(name, 5000)}) }
	for _, first := range []string{"gzip", "xz", "zstd", "lz4"} {
		for _, second := range []string{"gzip", "xz", "zstd", "lzma", "lz4", "plain"} {
			data := append(one("microcode"), make([]byte, 512)...)
			data = append(data, compress(t, first, one("first"))...)
			data = append(data, make([]byte, 8)...)
			if second == "plain" {
				data = append(data, one("second")...)
			} else {
				data = append(data, compress(t, second, one("second"))...)
			}
			var names []string
			got, err := walk(data, archive.Default)
			for _, m := range got {
				names = append(names, m.name)
			}
			if diff := cmp.Diff([]string{"microcode", "first", "second"}, names); diff != "" || err != nil {
				t.Errorf("%s, then %s: %v (-want +got):\n%s", first, second, err, diff)
			}
		}
	}
}

// One archive may be cut over streams of one kind, as parallel compressors do.
func TestWalkSplitStreams(t *testing.T) {
	whole := makeTar(t, two...)
	for _, kind := range []string{"gzip", "xz", "zstd"} {
		data := append(compress(t, kind, whole[:700]), compress(t, kind, whole[700:])...)
		got, err := walk(data, archive.Default)
		if diff := cmp.Diff(two, got, cmp.AllowUnexported(member{})); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", kind, err, diff)
		}
	}
}

// Modules that are compressed already are stored as they are in the archive's
// stream: their ends are not its end. Packages of .ko.xz are like that.
func TestWalkStreamsInside(t *testing.T) {
	random := rand.NewChaCha8([32]byte{})
	noise := func() string {
		bytes := make([]byte, 100_000)
		random.Read(bytes)
		return string(bytes)
	}
	for tool, pkg := range map[string]string{"gzip": "gzip", "xz": "xz-utils", "zstd": "zstd"} {
		var want []member
		for i := range 4 { // at every alignment
			inner := kotest.Filter(t, []byte(noise()), tool, pkg, "-c")
			want = append(want, member{fmt.Sprint(i), strings.Repeat("x", i) + noise() + string(inner) + noise()})
		}
		got, err := walk(kotest.Filter(t, makeTar(t, want...), tool, pkg, "-c"), archive.Default)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(member{})); diff != "" || err != nil {
			t.Errorf("%s in %s: %v", tool, tool, err)
		}
	}
}

// What the common tools write, read here.
func TestWalkTools(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "igc.ko"), []byte(two[1].content), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tool := range []struct{ name, pkg, command string }{
		{"tar", "tar", "tar -c igc.ko"},
		{"gzip", "gzip", "tar -c igc.ko | gzip"},
		{"xz", "xz-utils", "tar -c igc.ko | xz"},
		{"xz", "xz-utils", "tar -c igc.ko | xz --check=crc32 --lzma2=dict=1MiB -T2 --block-size=4096"},
		{"xz", "xz-utils", "tar -c igc.ko | xz --check=none"},
		{"xz", "xz-utils", "tar -c igc.ko | xz --check=sha256 --x86 --lzma2"},
		{"xz", "xz-utils", "tar -c igc.ko | xz --format=lzma"},
		{"bzip2", "bzip2", "tar -c igc.ko | bzip2"},
		{"lz4", "lz4", "tar -c igc.ko | lz4 -l"},
		{"lzop", "lzop", "tar -c igc.ko | lzop"},
		{"lzop", "lzop", "tar -c igc.ko | lzop -9 --crc32"},
		{"cpio", "cpio", "echo igc.ko | cpio -o -H newc --quiet"},
		{"cpio", "cpio", "echo igc.ko | cpio -o -H crc --quiet"},
	} {
		t.Run(tool.command, func(t *testing.T) {
			kotest.Tool(t, tool.name, tool.pkg)
			cmd := exec.Command("sh", "-c", tool.command)
			cmd.Dir = dir
			data, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			got, err := walk(data, archive.Default)
			want := []member{{"igc.ko", two[1].content}}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(member{})); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestWalkErrors(t *testing.T) {
	small := archive.Default
	small.Bytes, small.Entries, small.Name = 5000, 2, 100
	deep := makeTar(t, two...)
	for range 5 {
		deep = compress(t, "gzip", deep)
	}
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"not an archive":  {[]byte("hello"), archive.ErrFormat},
		"empty":           {nil, archive.ErrTruncated},
		"dots":            {makeTar(t, member{"../x.ko", ""}), archive.ErrUnsafePath},
		"hidden dots":     {makeCpio(member{"a/../../x.ko", ""}), archive.ErrUnsafePath},
		"absolute":        {makeCpio(member{"/etc/passwd", ""}), archive.ErrUnsafePath},
		"zero in name":    {makeCpio(member{"a\x00b", ""}), archive.ErrUnsafePath},
		"long name":       {makeCpio(member{strings.Repeat("x", 101), ""}), archive.ErrTooLarge},
		"many members":    {makeCpio(member{"a", ""}, member{"b", ""}, member{"c", ""}), archive.ErrTooLarge},
		"much content":    {compress(t, "gzip", makeTar(t, member{"a", strings.Repeat("x", 5000)})), archive.ErrTooLarge},
		"deep":            {deep, archive.ErrTooLarge},
		"cut cpio":        {makeCpio(two[0])[:150], archive.ErrTruncated},
		"cut xz":          {compress(t, "xz", makeCpio(two[0]))[:60], archive.ErrTruncated},
		"cut deb":         {makeDeb(member{"control", "hello"})[:70], archive.ErrTruncated},
		"cpio, then junk": {append(makeCpio(two[0]), "junk"...), archive.ErrFormat},
	} {
		if _, err := walk(test.data, small); !errors.Is(err, test.want) {
			t.Errorf("%s: Walk() = %v, want %v", name, err, test.want)
		}
	}
}

// A cut archive is never a shorter one.
func TestWalkCutAnywhere(t *testing.T) {
	for kind := range compressors {
		data := compress(t, kind, makeCpio(two...))
		for n := range len(data) {
			if _, err := walk(data[:n], archive.Default); err == nil {
				t.Errorf("%s: accepted when cut at %d of %d bytes", kind, n, len(data))
			}
		}
	}
}

func TestDecompress(t *testing.T) {
	want := strings.Repeat("content ", 1000)
	for kind := range compressors {
		r, err := archive.Decompress(bytes.NewReader(compress(t, kind, []byte(want))), archive.Default)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != want {
			t.Errorf("%s: %d bytes, %v; want %d", kind, len(got), err, len(want))
		}
	}
	exact := archive.Default
	exact.Bytes = int64(len(want))
	r, _ := archive.Decompress(strings.NewReader(want), exact)
	if got, err := io.ReadAll(r); err != nil || string(got) != want {
		t.Errorf("content as long as the limit: %d bytes, %v", len(got), err)
	}
}

// Dictionaries are refused by what the header asks for, before any memory is
// taken.
func TestDictionaries(t *testing.T) {
	lzmaHead := append([]byte{0x5d, 0, 0, 0, 0xf0}, make([]byte, 30)...)
	window := archive.Default
	window.Window = 64 << 10
	var wide bytes.Buffer
	w, err := zstd.NewWriter(&wide, zstd.WithWindowSize(8<<20), zstd.WithSingleSegment(false))
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(w, io.LimitReader(zeros{}, 1<<20))
	w.Close()
	for name, data := range map[string][]byte{
		"lzma": lzmaHead,
		"xz":   compress(t, "xz", make([]byte, 1<<20)),
		"zstd": wide.Bytes(),
	} {
		r, err := archive.Decompress(bytes.NewReader(data), window)
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if !errors.Is(err, archive.ErrTooLarge) {
			t.Errorf("%s: %v, want %v", name, err, archive.ErrTooLarge)
		}
	}
}

// Zeros without an end, plain or from a bomb, are no padding.
func TestEndlessZeros(t *testing.T) {
	err := archive.Walk(zeros{}, archive.Default, func(archive.Entry) error { return nil })
	if !errors.Is(err, archive.ErrFormat) {
		t.Errorf("Walk(zeros) = %v, want %v", err, archive.ErrFormat)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
