package archive

import (
	"bufio"
	"bytes"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/modscout/modscout/modalias/archive/xz"
)

// Small decompresses files one after the other in memory of its own, which it
// keeps. Making a decoder anew for each takes longer than most kernel modules
// take to decompress. The zero Small is ready; it is not for several goroutines
// at once.
type Small struct {
	zstd  *zstd.Decoder
	xz    xz.Decoder
	in    *bufio.Reader
	plain []byte
}

// smallMost is the most that a Small decompresses, in bytes. All but a few of
// Debian's modules are smaller, and memory that was not used costs nothing.
const smallMost = 4 << 20

// smallWindow is the largest dictionary of a Small, in bytes: that of xz
// without options. Kernels are built with one of 1 or 2 MiB.
const smallWindow = 8 << 20

// Decompress returns what data holds, until the next call. It is not ok where
// data is no sound xz or zstd or holds more than Small can keep: the package's
// function Decompress does, or says what is wrong.
func (s *Small) Decompress(data []byte) (plain []byte, ok bool) {
	if s.plain == nil {
		s.plain = make([]byte, 0, smallMost)
	}
	switch {
	case bytes.HasPrefix(data, zstdMagic):
		return s.fromZstd(data)
	case bytes.HasPrefix(data, []byte(xz.Magic)):
		return s.fromXZ(data)
	}
	return nil, false
}

func (s *Small) fromZstd(data []byte) (plain []byte, ok bool) {
	var err error
	if s.zstd == nil {
		s.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true))
	}
	if err == nil {
		plain, err = s.zstd.DecodeAll(data, s.plain)
	}
	return plain, err == nil
}

func (s *Small) fromXZ(data []byte) (plain []byte, ok bool) {
	if size, ok := xz.Size(data); !ok || size > smallMost {
		return nil, false // at once
	}
	if s.in == nil {
		s.in = bufio.NewReader(nil)
	}
	s.in.Reset(bytes.NewReader(data))
	plain = s.plain
	err := s.xz.Reset(s.in, smallWindow)
	for err == nil && len(plain) <= smallMost {
		var piece []byte
		piece, err = s.xz.Next()
		plain = append(plain, piece...)
	}
	_, behind := s.in.Peek(1)
	return plain, err == io.EOF && behind == io.EOF
}
