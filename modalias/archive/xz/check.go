package xz

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"slices"
)

// check is the checksum that all blocks of a stream have (3.4).
type check struct {
	kind byte
	size int // bytes
	hash.Hash
}

// The kinds of checks; others are reserved (2.1.1.2).
const (
	checkNone   = 0x0
	checkCRC32  = 0x1
	checkCRC64  = 0x4
	checkSHA256 = 0xa
)

// use makes it one of a kind. It keeps what it is, where it can.
func (c *check) use(kind byte) error {
	if c.Hash != nil && c.kind == kind {
		return nil
	}
	switch kind {
	case checkNone:
		c.Hash = nothing{}
	case checkCRC32:
		c.Hash = crc32.NewIEEE()
	case checkCRC64:
		c.Hash = crc64.New(crc64.MakeTable(crc64.ECMA))
	case checkSHA256:
		c.Hash = sha256.New()
	default:
		return unsupported("check %#x", kind)
	}
	c.kind, c.size = kind, c.Hash.Size()
	return nil
}

// verify compares it with what is stored. Those of CRCs are stored with the
// lowest byte first.
func (c *check) verify(stored []byte) error {
	sum := c.Sum(nil)
	if c.kind != checkSHA256 {
		slices.Reverse(sum)
	}
	if !bytes.Equal(sum, stored) {
		return ErrChecksum
	}
	return nil
}

// nothing is the checksum of a stream without one: it has no bytes.
type nothing struct{}

// Write takes everything.
func (nothing) Write(p []byte) (int, error) { return len(p), nil }

// Sum appends nothing.
func (nothing) Sum(b []byte) []byte { return b }

// Reset has nothing to forget.
func (nothing) Reset() {}

// Size returns how many bytes Sum appends.
func (nothing) Size() int { return 0 }

// BlockSize is that of [hash.Hash]: any number of bytes is as good to write.
func (nothing) BlockSize() int { return 1 }
