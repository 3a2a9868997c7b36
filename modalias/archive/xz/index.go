package xz

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// records stand for a list of what an index says of blocks (4.3), in little
// memory: each record is hashed with what stands for those before it.
type records struct {
	count uint64
	sum   [sha256.Size]byte
}

// add takes the sizes of a block, in bytes: without its padding, and of its
// content.
func (r *records) add(unpadded, content uint64) {
	r.count++
	next := binary.LittleEndian.AppendUint64(r.sum[:], unpadded)
	r.sum = sha256.Sum256(binary.LittleEndian.AppendUint64(next, content))
}

// index reads a stream's index (4) behind its first byte, compares it with the
// blocks that were there, and returns its size in bytes.
func (d *Decoder) index() (int64, error) {
	in := &d.in
	in.n, in.crc = 1, crc32.ChecksumIEEE([]byte{0})
	stated, err := readRecords(in, d.blocks.count)
	if err != nil {
		return 0, err
	}
	padding := byte(0)
	for in.n%4 != 0 {
		b, err := in.ReadByte()
		if err != nil {
			return 0, err
		}
		padding |= b
	}
	sum := in.crc
	var stored [4]byte
	if _, err := io.ReadFull(in, stored[:]); err != nil {
		return 0, err
	}
	if stated != d.blocks || padding != 0 || sum != binary.LittleEndian.Uint32(stored[:]) {
		return 0, damaged("index")
	}
	return in.n, nil
}

// readRecords reads the records of an index of so many blocks.
func readRecords(in *counter, blocks uint64) (records, error) {
	var stated records
	count, err := readNumber(in)
	if err == nil && count != blocks {
		err = damaged("index")
	}
	for err == nil && stated.count < blocks {
		var unpadded, content uint64
		if unpadded, err = readNumber(in); err == nil {
			content, err = readNumber(in)
		}
		stated.add(unpadded, content)
	}
	return stated, err
}

// readNumber reads a number of the index (1.2).
func readNumber(in *counter) (uint64, error) {
	n, err := binary.ReadUvarint(in)
	if err != nil && err != io.ErrUnexpectedEOF {
		err = damaged("index")
	}
	return n, err
}

// Size returns how many bytes a file of one stream holds, as its index says,
// and whether there is one that can be read. Only decompressing shows whether
// that is true.
func Size(file []byte) (content uint64, ok bool) {
	foot := len(file) - footerSize
	if foot < 0 {
		return 0, false
	}
	backward := 4 * (uint64(binary.LittleEndian.Uint32(file[foot+4:])) + 1)
	if backward > uint64(foot) {
		return 0, false
	}
	f := fields{rest: file[foot-int(backward)+1 : foot]}
	for range f.number() {
		f.number()
		content += f.number()
		if f.bad {
			break
		}
	}
	return content, !f.bad
}
