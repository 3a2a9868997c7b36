package lzma_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	uk "github.com/ulikunitz/xz/lzma"

	"github.com/modscout/modscout/modalias/archive/lzma"
	"github.com/modscout/modscout/modalias/ko/kotest"
)

// decode returns the content of a file and what follows the file. An error of
// Next must be there to stay.
func decode(file []byte, dictionary int) (content, rest []byte, err error) {
	in := bufio.NewReader(bytes.NewReader(file))
	z, err := lzma.NewAlone(in, dictionary)
	for err == nil {
		var piece []byte
		if piece, err = z.Next(); err != nil {
			if _, again := z.Next(); again != err {
				return nil, nil, fmt.Errorf("first %w, then %v", err, again)
			}
		}
		content = append(content, piece...)
	}
	if err != io.EOF {
		return content, nil, err
	}
	rest, err = io.ReadAll(in)
	return content, rest, err
}

const dictionary = 16 << 20

// contents compress well, not at all, and to nothing.
func contents() map[string][]byte {
	random := make([]byte, 70_000)
	rand.NewChaCha8([32]byte{1}).Read(random)
	text := []byte(strings.Repeat("alias=pci:v00008086d000015F3sv*sd*bc*sc*i*\x00", 3000))
	return map[string][]byte{
		"nothing": nil,
		"a byte":  {7},
		"text":    text,
		"random":  random,
		"mixed":   bytes.Join([][]byte{text, random, text, random[:9000]}, random[:5000]),
		"zeros":   make([]byte, 400_000),
	}
}

// pack runs the xz tool, which always writes a mark at the end.
func pack(t testing.TB, content []byte, options ...string) []byte {
	t.Helper()
	return kotest.Filter(t, content, "xz", "xz-utils", append([]string{"-c", "--format=lzma"}, options...)...)
}

// library writes a file with its size, a mark, or both.
func library(t testing.TB, content []byte, mark bool) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := uk.WriterConfig{Size: int64(len(content)), SizeInHeader: true, EOSMarker: mark, DictCap: 1 << 16}.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Write(content)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestAlone wants back what two encoders were given, and what follows the file.
func TestAlone(t *testing.T) {
	const behind = "070701"
	for name, want := range contents() {
		files := map[string][]byte{"a size and a mark": library(t, want, true)}
		if len(want) > 0 { // which the library marks as unknown
			files["a size"] = library(t, want, false)
		}
		for _, options := range []string{"-0", "-6", "--lzma1=dict=4KiB", "--lzma1=lc=0,lp=4,pb=4", "--lzma1=lc=4,pb=0,nice=273"} {
			files[options] = pack(t, want, options)
		}
		for how, file := range files {
			got, rest, err := decode(append(file, behind...), dictionary)
			if err != nil || !bytes.Equal(got, want) || string(rest) != behind {
				t.Errorf("%s with %s: %d bytes, %q behind, %v; want %d bytes", name, how, len(got), rest, err, len(want))
			}
		}
	}
}

// TestAloneEmpty: nothing, by its size.
func TestAloneEmpty(t *testing.T) {
	file := append([]byte{0x5d, 0, 0, 1, 0}, make([]byte, 8+5)...)
	if got, rest, err := decode(append(file, "next"...), dictionary); err != nil || len(got) > 0 || string(rest) != "next" {
		t.Errorf("%q, %q behind, %v", got, rest, err)
	}
}

// TestAloneDamage cuts files and changes them. Without a checksum a change may
// be content, but never more of it than the header says.
func TestAloneDamage(t *testing.T) {
	want := bytes.Repeat([]byte("modscout reads .lzma "), 20)
	for _, file := range [][]byte{pack(t, want), library(t, want, false)} {
		for n := range file {
			if _, _, err := decode(file[:n], dictionary); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("cut at %d: %v, want %v", n, err, io.ErrUnexpectedEOF)
			}
			changed := bytes.Clone(file)
			changed[n] ^= 0x55
			got, _, err := decode(changed, dictionary)
			size := binary.LittleEndian.Uint64(changed[5:])
			if err == nil && size != 1<<64-1 && uint64(len(got)) != size {
				t.Errorf("byte %d changed: %d bytes, and the header says %d", n, len(got), size)
			}
		}
	}
}

func TestAloneErrors(t *testing.T) {
	file := pack(t, []byte("content"))
	with := func(at int, b byte) []byte {
		changed := bytes.Clone(file)
		changed[at] = b
		return changed
	}
	for name, test := range map[string]struct {
		file []byte
		want error
	}{
		"properties":       {with(0, 225), lzma.ErrCorrupt},
		"lc 8":             {with(0, 8), lzma.ErrCorrupt},
		"large dictionary": {with(4, 0xf0), lzma.ErrDictionary},
		"negative size":    {with(5, 0xfe), lzma.ErrCorrupt},
		"first code":       {with(13, 1), lzma.ErrCorrupt},
		"nothing":          {nil, io.ErrUnexpectedEOF},
	} {
		if _, _, err := decode(test.file, dictionary); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

// FuzzAlone wants what is taken for sound to be so for another decoder, which
// cannot read an empty file by its size.
func FuzzAlone(f *testing.F) {
	for _, content := range []string{"", "a", "content content content", strings.Repeat("a", 5000)} {
		f.Add(pack(f, []byte(content)))
		f.Add(library(f, []byte(content), false))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		const most = 1 << 20
		in := bufio.NewReader(bytes.NewReader(file))
		z, err := lzma.NewAlone(in, most)
		if err != nil {
			return
		}
		var got []byte
		for err == nil && len(got) < most {
			var piece []byte
			piece, err = z.Next()
			got = append(got, piece...)
		}
		if err != io.EOF || len(got) == 0 {
			return
		}
		r, err := uk.NewReader(bytes.NewReader(file))
		if err != nil {
			t.Fatalf("%d bytes, and the other decoder says %v", len(got), err)
		}
		if want, err := io.ReadAll(io.LimitReader(r, most)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes; the other decoder has %d, %v", len(got), len(want), err)
		}
	})
}
