package xz_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/xi2/xz"

	"github.com/modscout/modscout/modalias/archive/lzma"
	ours "github.com/modscout/modscout/modalias/archive/xz"
)

// FuzzBlock decodes compressed data in a file that is sound around it, and
// compares with a port of the kernel's decoder: no checksum stands between what
// is invented and what decodes it.
func FuzzBlock(f *testing.F) {
	code := bytes.Repeat([]byte("\xe8\x10\x00\x00\x00\x90\xe8\xe9\x00\x00\xff\xff\x0f\x84"), 30)
	for _, content := range [][]byte{nil, []byte("a"), code, []byte(strings.Repeat("content ", 2000))} {
		for _, options := range []string{"--lzma2=dict=4KiB", "--lzma2=lc=0,lp=2,pb=0"} {
			f.Add(pack(f, content, "--format=raw", options), true)
		}
	}
	f.Add(bytes.Join([][]byte{{1, 0, byte(len(code) - 1)}, code, {0}}, nil), true) // stored
	f.Fuzz(func(t *testing.T, data []byte, x86 bool) {
		content, used := decodeBlock(data)
		file := wrap(data[:used], len(content), x86)
		got, read, err := decode(new(ours.Decoder), file, anyDictionary)
		want, wantErr := other(file)
		if (err == nil) != (wantErr == nil) || err == nil && (!bytes.Equal(got, want) || read != len(file)) {
			t.Errorf("%d bytes, %v; the other decoder has %d, %v", len(got), err, len(want), wantErr)
		}
		if err == nil && !x86 && !bytes.Equal(got, content) {
			t.Errorf("%d bytes, and %d without the file around it", len(got), len(content))
		}
	})
}

// FuzzFile holds the decoder to its promises for any file: it ends, and what it
// takes for sound another decoder does too.
func FuzzFile(f *testing.F) {
	for _, options := range []string{"--check=crc32", "--check=crc64 --block-size=500", "--check=sha256 --x86 --lzma2", "--check=none --delta --lzma2"} {
		f.Add(pack(f, []byte(strings.Repeat("content ", 200)), strings.Fields(options)...))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		got, read, err := decode(new(ours.Decoder), file, 1<<20)
		ours.Size(file)
		if err != nil || bytes.Contains(file, []byte{3, 1}) { // the delta filter
			return
		}
		if want, err := other(file[:read]); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes; the other decoder has %d, %v", len(got), len(want), err)
		}
	})
}

// other decodes with xi2/xz.
func other(file []byte) ([]byte, error) {
	z, err := xz.NewReader(bytes.NewReader(file), 1<<20)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// blockDictionary is that of the blocks that are fuzzed, as the format and in
// bytes.
const (
	blockBits       = 8
	blockDictionary = 64 << 10
)

// decodeBlock returns the content of a stream of LZMA2, and its size.
func decodeBlock(data []byte) (content []byte, used int) {
	in := bytes.NewReader(data)
	var z lzma.LZMA2
	z.Reset(in, blockDictionary)
	for {
		piece, err := z.Next()
		content = append(content, piece...)
		if err != nil {
			return content, len(data) - in.Len()
		}
	}
}

// wrap makes a file without a checksum of one block.
func wrap(data []byte, size int, x86 bool) []byte {
	seal := func(b []byte) []byte { return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b)) }
	align := func(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }
	head := []byte{2, 0, 0x21, 1, blockBits}
	if x86 {
		head = []byte{2, 1, 0x04, 0, 0x21, 1, blockBits}
	}
	head = seal(append(head, make([]byte, 8-len(head))...))
	index := binary.AppendUvarint([]byte{0, 1}, uint64(len(head)+len(data)))
	index = seal(align(binary.AppendUvarint(index, uint64(size))))
	foot := seal(append(binary.LittleEndian.AppendUint32(nil, uint32(len(index)/4-1)), 0, 0))
	return bytes.Join([][]byte{
		[]byte(ours.Magic), seal([]byte{0, 0}), head, align(data), index, foot[6:], foot[:6], []byte("YZ"),
	}, nil)
}
