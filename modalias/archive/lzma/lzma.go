// Package lzma decompresses LZMA: files of the old form .lzma, and LZMA2, of
// which .xz files are made.
//
// The formats are described in lzma-specification.txt of the LZMA SDK and in
// doc/lzma-file-format.txt and doc/xz-file-format.txt of XZ Utils; what LZMA2's
// chunks are in a comment of the kernel's lib/xz/xz_dec_lzma2.c.
package lzma

import (
	"errors"
	"io"
)

// The ways in which decompressing fails, besides those of the reader
// underneath. An input that ends early is [io.ErrUnexpectedEOF].
var (
	ErrCorrupt    = errors.New("compressed data is damaged")
	ErrDictionary = errors.New("dictionary is larger than allowed")
)

// properties say what chooses the probabilities of a symbol.
type properties struct {
	before  uint32 // bits of the byte before that count for a literal: "lc"
	literal uint32 // bits of the position that count for a literal: "lp"
	match   uint32 // bits of the position that count for a match: "pb"
}

// maxLiteralBits is the most that lc and lp may be together. XZ Utils has the
// same limit; the LZMA SDK's is 12, with 6 MB of probabilities.
const maxLiteralBits = 4

// parseProperties takes them out of their byte.
func parseProperties(b byte) (properties, error) {
	n := uint32(b)
	p := properties{before: n % 9, literal: n / 9 % 5, match: n / 45}
	if p.match > 4 || p.before+p.literal > maxLiteralBits {
		return p, ErrCorrupt
	}
	return p, nil
}

// early is the error for an input that ends where more must follow.
func early(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
