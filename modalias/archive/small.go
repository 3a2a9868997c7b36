package archive

import (
	"bytes"

	"github.com/klauspost/compress/zstd"
)

// Small decompresses files one after the other in memory of its own, which it
// keeps. Making a decoder anew for each takes longer than most kernel modules
// take to decompress. The zero Small is ready; it is not for several goroutines
// at once.
type Small struct {
	zstd  *zstd.Decoder
	plain []byte
}

// smallMost is the most that a Small decompresses, in bytes. All but a few of
// Debian's modules are smaller, and memory that was not used costs nothing.
const smallMost = 4 << 20

// Decompress returns what data holds, until the next call. It is not ok where
// data is no sound zstd or holds more than Small can keep: the package's
// function Decompress does, or says what is wrong.
func (s *Small) Decompress(data []byte) (plain []byte, ok bool) {
	if !bytes.HasPrefix(data, zstdMagic) {
		return nil, false
	}
	var err error
	if s.zstd == nil {
		s.plain = make([]byte, 0, smallMost)
		s.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true))
	}
	if err == nil {
		plain, err = s.zstd.DecodeAll(data, s.plain)
	}
	return plain, err == nil
}
