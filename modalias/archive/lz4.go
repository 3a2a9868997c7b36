package archive

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/pierrec/lz4/v4"
)

// lz4Magic begins a stream of the "legacy" form, the only one that the kernel
// reads (lib/decompress_unlz4.c) and that initramfs tools write.
var lz4Magic = []byte{0x02, 0x21, 0x4c, 0x18}

// lz4Block is what every block but the last expands to, in bytes.
const lz4Block = 8 << 20

// lz4Stream reads one legacy stream: the magic, then blocks behind their
// compressed sizes. It has no end mark; what is no size of a block ends it.
type lz4Stream struct {
	in  *bufio.Reader
	src []byte
	dst []byte
}

func openLZ4(in *bufio.Reader, _ Limits) (io.Reader, error) {
	_, err := in.Discard(len(lz4Magic))
	z := &lz4Stream{in: in}
	return &blocks{next: z.block}, err
}

// block expands the next block.
func (z *lz4Stream) block() ([]byte, error) {
	head, err := z.in.Peek(4)
	if err != nil {
		if len(head) == 0 && err == io.EOF {
			return nil, io.EOF
		}
		return nil, ErrTruncated
	}
	size := binary.LittleEndian.Uint32(head)
	if size == 0 || size > uint32(lz4.CompressBlockBound(lz4Block)) || bytes.Equal(head, lz4Magic) {
		return nil, io.EOF // zeros, or another archive: "0707" of cpio would be 808 MB
	}
	z.in.Discard(len(head))
	if z.src, err = readBlock(z.in, z.src, int(size)); err != nil {
		return nil, err
	}
	if z.dst == nil {
		z.dst = make([]byte, lz4Block)
	}
	n, err := lz4.UncompressBlock(z.src, z.dst)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return z.dst[:n], nil
}
