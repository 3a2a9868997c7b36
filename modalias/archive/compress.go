package archive

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/modscout/modscout/modalias/archive/lzma"
	"github.com/modscout/modscout/modalias/archive/xz"
)

// Decompress returns what r holds after at most one decompression, of gzip,
// xz, zstd, lzma, bzip2, lz4 (its legacy form) or lzo by its first bytes;
// anything else comes as it is.
// Reading more than limits.Bytes from it fails with [ErrTooLarge].
func Decompress(r io.Reader, limits Limits) (io.Reader, error) {
	in := bufio.NewReaderSize(r, 4096)
	head, _ := in.Peek(longestMagic)
	plain, err := open(in, head, limits)
	if err != nil {
		return nil, err
	}
	if plain == nil {
		plain = in
	}
	left := limits.Bytes
	return &budget{plain, &left}, nil
}

// open returns a decompressor for what begins with head, or nil.
func open(in *bufio.Reader, head []byte, limits Limits) (io.Reader, error) {
	for i := range compressions {
		c := &compressions[i]
		if !bytes.HasPrefix(head, c.magic) {
			continue
		}
		plain, err := c.open(in, limits)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, classify(err))
		}
		return &named{c.name, &joined{in, limits, c, plain}}, nil
	}
	return nil, nil
}

// longestMagic is the length of lzop's.
const longestMagic = 9

type compression struct {
	name  string
	magic []byte
	open  func(*bufio.Reader, Limits) (io.Reader, error)
}

// compressions are told apart by their first bytes. LZMA has no magic: it
// begins with its properties, which are the same in every file that was seen.
var compressions = []compression{
	{"gzip", []byte{0x1f, 0x8b}, openGzip},
	{"xz", []byte(xz.Magic), openXZ},
	{"zstd", zstdMagic, openZstd},
	{"bzip2", []byte("BZh"), openBzip2},
	{"lz4", lz4Magic, openLZ4},
	{"lzo", lzopMagic, openLZO},
	{"lzma", []byte{0x5d, 0, 0}, openLZMA},
}

var zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}

func openGzip(in *bufio.Reader, _ Limits) (io.Reader, error) {
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return z, nil
}

func openXZ(in *bufio.Reader, limits Limits) (io.Reader, error) {
	z := new(xz.Decoder)
	return &blocks{next: z.Next}, z.Reset(in, limits.Window)
}

func openZstd(in *bufio.Reader, limits Limits) (io.Reader, error) {
	return zstd.NewReader(newZstdFrame(in), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(uint64(limits.Window)))
}

func openBzip2(in *bufio.Reader, _ Limits) (io.Reader, error) {
	return bzip2.NewReader(in), nil
}

func openLZMA(in *bufio.Reader, limits Limits) (io.Reader, error) {
	z, err := lzma.NewAlone(in, limits.Window)
	if err != nil {
		return nil, err
	}
	return &blocks{next: z.Next}, nil
}

// named adds the compression's name to what goes wrong while reading.
type named struct {
	name string
	r    io.Reader
}

// Read puts the name of the format before an error.
func (n *named) Read(p []byte) (int, error) {
	got, err := n.r.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("%s: %w", n.name, classify(err))
	}
	return got, err
}

// classify puts this package's errors over those of the decompressors.
func classify(err error) error {
	for _, large := range []error{lzma.ErrDictionary, zstd.ErrWindowSizeExceeded, zstd.ErrDecoderSizeExceeded} {
		if errors.Is(err, large) {
			return fmt.Errorf("%w: %w", ErrTooLarge, err)
		}
	}
	return truncated(err)
}

// Compression names the compression that data begins with: "gzip", "xz",
// "zstd", "bzip2", "lz4", "lzo" or "lzma"; "" where it begins with none.
func Compression(data []byte) string {
	for i := range compressions {
		if bytes.HasPrefix(data, compressions[i].magic) {
			return compressions[i].name
		}
	}
	return ""
}

// Streams returns the positions in data at which a compressed stream may
// begin, in their order.
func Streams(data []byte) iter.Seq[int] {
	return func(yield func(int) bool) {
		for at := range data {
			if Compression(data[at:]) != "" && !yield(at) {
				return
			}
		}
	}
}
