package archive

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/anchore/go-lzo"
)

// lzopMagic begins a file of lzop(1), which is what the kernel reads as LZO
// (lib/decompress_unlzo.c).
var lzopMagic = []byte{0x89, 'L', 'Z', 'O', 0, '\r', '\n', 0x1a, '\n'}

// Flags of lzop's header that change what follows (lzop's conf.h).
const (
	lzopAdler32D   = 0x0001
	lzopAdler32C   = 0x0002
	lzopExtraField = 0x0040
	lzopCRC32D     = 0x0100
	lzopCRC32C     = 0x0200
	lzopMultipart  = 0x0400
	lzopFilter     = 0x0800
)

// lzopBlock is the most that a block may expand to. lzop writes 256 KiB.
const lzopBlock = 64 << 20

// lzopStream reads one file: a header, then blocks behind their sizes and
// checksums, then a size of zero.
type lzopStream struct {
	in    *bufio.Reader
	flags uint32
	src   []byte
	dst   []byte
	done  bool
}

func openLZO(in *bufio.Reader, _ Limits) (io.Reader, error) {
	z := &lzopStream{in: in}
	return &blocks{next: z.block}, z.header()
}

// header reads the magic and what the blocks need of the header: the flags.
func (z *lzopStream) header() error {
	if _, err := z.in.Discard(len(lzopMagic)); err != nil {
		return ErrTruncated
	}
	version, err := z.number(2)
	if err != nil {
		return err
	}
	skip := 2 + 1 // library's version, method
	if version >= 0x0940 {
		skip += 2 + 1 // version needed, level
	}
	if _, err := z.in.Discard(skip); err != nil {
		return ErrTruncated
	}
	if z.flags, err = z.number(4); err != nil {
		return err
	}
	if z.flags&(lzopExtraField|lzopMultipart|lzopFilter) != 0 {
		return fmt.Errorf("%w: lzop flags %#x", ErrFormat, z.flags)
	}
	skip = 4 + 4 // mode, time
	if version >= 0x0940 {
		skip += 4 // high part of the time
	}
	if _, err := z.in.Discard(skip); err != nil {
		return ErrTruncated
	}
	name, err := z.number(1)
	if err != nil {
		return err
	}
	if _, err := z.in.Discard(int(name) + 4); err != nil { // and the header's checksum
		return ErrTruncated
	}
	return nil
}

func (z *lzopStream) number(size int) (uint32, error) {
	var buf [4]byte
	if _, err := io.ReadFull(z.in, buf[4-size:]); err != nil {
		return 0, ErrTruncated
	}
	return binary.BigEndian.Uint32(buf[:]), nil
}

// block expands the next block.
func (z *lzopStream) block() ([]byte, error) {
	if z.done {
		return nil, io.EOF
	}
	plain, err := z.number(4)
	if err != nil {
		return nil, err
	}
	if plain == 0 {
		z.done = true
		return nil, io.EOF
	}
	packed, err := z.number(4)
	if err != nil {
		return nil, err
	}
	if plain > lzopBlock || packed > plain {
		return nil, fmt.Errorf("%w: LZO block of %d bytes", ErrTooLarge, plain)
	}
	if _, err := z.in.Discard(z.checksums(packed < plain)); err != nil {
		return nil, ErrTruncated
	}
	if z.src, err = readBlock(z.in, z.src, int(packed)); err != nil {
		return nil, err
	}
	if packed == plain { // stored
		return z.src, nil
	}
	if len(z.dst) < int(plain) {
		z.dst = make([]byte, plain)
	}
	n, err := lzo.Decompress(z.src, z.dst[:plain])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return z.dst[:n], nil
}

// checksums is the size of a block's checksums: of the content and, where it
// is compressed, of that.
func (z *lzopStream) checksums(compressed bool) int {
	size := 0
	for _, c := range []struct {
		flag       uint32
		compressed bool
	}{{lzopAdler32D, false}, {lzopCRC32D, false}, {lzopAdler32C, true}, {lzopCRC32C, true}} {
		if z.flags&c.flag != 0 && (compressed || !c.compressed) {
			size += 4
		}
	}
	return size
}
