// Package xz decompresses .xz files: several streams of several blocks, with
// every checksum verified, and the filters for x86 code and for tables. The
// numbers of sections in comments are those of doc/xz-file-format.txt of XZ
// Utils, version 1.1.
package xz

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/modscout/modscout/modalias/archive/lzma"
	"github.com/modscout/modscout/modalias/hint"
)

// The ways in which decompressing fails, besides those of the reader
// underneath and [lzma.ErrDictionary]. A file that ends early is
// [io.ErrUnexpectedEOF].
var (
	ErrCorrupt     = lzma.ErrCorrupt
	ErrChecksum    = errors.New("content does not fit its checksum")
	ErrUnsupported = errors.New("form of .xz that is not known here")
)

// Decoder decompresses .xz files. The zero value waits for Reset; its memory
// serves one file after the other. It is not for several goroutines at once.
type Decoder struct {
	in         counter
	dictionary int        // most bytes of one
	err        error      // what Next says from now on
	head       [1024]byte // the largest header

	flags  [2]byte // of the stream
	check  check
	blocks records

	block   blockHeader
	open    bool   // the block has begun
	content uint64 // of the block, so far, in bytes
	lzma2   lzma.LZMA2
}

// Magic begins every file (2.1.1.1).
const Magic = "\xfd7zXZ\x00"

const footerSize = 12

// Reset begins with another file, whose dictionaries have at most so many
// bytes each. What follows the last stream is not taken from in, except for
// padding.
func (d *Decoder) Reset(in *bufio.Reader, dictionary int) error {
	d.in = counter{in: in}
	d.dictionary, d.open = dictionary, false
	d.err = d.streamHeader()
	return d.err
}

// Next returns the next piece of the content, valid until the next call, and
// [io.EOF] behind the last. Only then all checksums have been verified.
func (d *Decoder) Next() ([]byte, error) {
	for d.err == nil {
		var piece []byte
		if d.err = d.nextBlock(); d.err == nil {
			piece, d.err = d.piece()
		}
		if len(piece) > 0 {
			return piece, nil
		}
	}
	return nil, d.err
}

// piece decompresses some of a block, and closes it behind its end.
func (d *Decoder) piece() ([]byte, error) {
	piece, err := d.lzma2.Next()
	if err != nil && err != io.EOF {
		return nil, err
	}
	d.open = err == nil
	piece = d.filter(piece, !d.open)
	d.content += uint64(len(piece))
	d.check.Write(piece)
	if !d.open {
		if err := d.closeBlock(); err != nil {
			return nil, err
		}
	}
	return piece, nil
}

// nextBlock goes to the next block where one has ended, which may be in the
// next stream.
func (d *Decoder) nextBlock() error {
	for !d.open {
		size, err := d.in.ReadByte()
		if err != nil {
			return err
		}
		if size != 0 {
			return d.openBlock(size)
		}
		if err := d.streamFooter(); err != nil {
			return err
		}
		if !d.another() {
			return io.EOF
		}
		if err := d.streamHeader(); err != nil {
			return err
		}
	}
	return nil
}

// streamHeader reads a stream's magic and flags (2.1.1).
func (d *Decoder) streamHeader() error {
	var head [12]byte
	if _, err := io.ReadFull(&d.in, head[:]); err != nil {
		return err
	}
	if string(head[:6]) != Magic || !sealed(head[6:8], head[8:]) {
		return damaged("stream header")
	}
	d.flags = [2]byte(head[6:8])
	d.blocks = records{}
	if d.flags[0] != 0 {
		return unsupported("stream flags %#x", d.flags)
	}
	return d.check.use(d.flags[1])
}

// streamFooter reads the index behind its first byte, and the footer (2.1.2).
func (d *Decoder) streamFooter() error {
	size, err := d.index()
	if err != nil {
		return err
	}
	var foot [footerSize]byte
	if _, err := io.ReadFull(&d.in, foot[:]); err != nil {
		return err
	}
	backward := 4 * (int64(binary.LittleEndian.Uint32(foot[4:])) + 1)
	if string(foot[10:]) != "YZ" || !sealed(foot[4:10], foot[:]) || [2]byte(foot[8:]) != d.flags || backward != size {
		return damaged("stream footer")
	}
	return nil
}

// maxPadding is the most padding behind a stream that is skipped, in bytes.
const maxPadding = 1 << 20

// another skips padding (2.2) and says whether a stream follows.
func (d *Decoder) another() bool {
	for range maxPadding / 4 {
		if head, _ := d.in.in.Peek(4); string(head) != "\x00\x00\x00\x00" {
			break
		}
		d.in.in.Discard(4)
	}
	head, _ := d.in.in.Peek(len(Magic))
	return string(head) == Magic
}

// sealed compares the CRC32 of data with what is stored.
func sealed(data, stored []byte) bool {
	return crc32.ChecksumIEEE(data) == binary.LittleEndian.Uint32(stored)
}

func damaged(what string) error { return fmt.Errorf("%w: %s", ErrCorrupt, what) }

func unsupported(format string, args ...any) error {
	err := fmt.Errorf("%w: %s", ErrUnsupported, fmt.Sprintf(format, args...))
	return hint.With(err, "decompress the file with `xz -dc` first")
}

// counter counts what is read of a part of the file, in which nothing ends.
type counter struct {
	in  *bufio.Reader
	n   int64
	crc uint32 // of what was read byte by byte
}

// Read reads from the file.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	return n, early(err)
}

// ReadByte reads a byte from the file.
func (c *counter) ReadByte() (byte, error) {
	b, err := c.in.ReadByte()
	c.n++
	c.crc = crc32.Update(c.crc, crc32.IEEETable, []byte{b})
	return b, early(err)
}

func early(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
