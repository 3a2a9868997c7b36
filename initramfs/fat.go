package initramfs

import (
	"encoding/binary"
	"io"
)

// storage is what fixParents reads and writes.
type storage interface {
	io.ReaderAt
	io.WriterAt
}

// Of a FAT directory entry, 32 bytes (Microsoft's FAT32 specification, 1.03).
const (
	entrySize     = 32
	entryAttr     = 11
	entryHigh     = 20 // of the first cluster, 16 bits
	entryLow      = 26
	attrDirectory = 0x10
	attrLongName  = 0x0f
)

// fixParents corrects what go-diskfs (v1.9.4) writes into the ".." of a
// directory that stands in the root: the root's cluster, where the
// specification wants 0. fsck.fat and Windows' chkdsk call that an error.
func fixParents(image storage, start int64) error {
	var boot [sectorSize]byte
	if _, err := image.ReadAt(boot[:], start); err != nil {
		return err
	}
	le := binary.LittleEndian
	perCluster := int64(boot[13]) * sectorSize
	data := start + sectorSize*(int64(le.Uint16(boot[14:]))+int64(boot[16])*int64(le.Uint32(boot[36:])))
	at := func(cluster uint32) int64 { return data + int64(cluster-2)*perCluster }

	root := make([]byte, perCluster)
	if _, err := image.ReadAt(root, at(le.Uint32(boot[44:]))); err != nil {
		return err
	}
	for ; len(root) >= entrySize && root[0] != 0; root = root[entrySize:] {
		if root[entryAttr] == attrLongName || root[entryAttr]&attrDirectory == 0 {
			continue
		}
		directory := uint32(le.Uint16(root[entryHigh:]))<<16 | uint32(le.Uint16(root[entryLow:]))
		parent := at(directory) + entrySize // the second entry is ".."
		for _, half := range []int64{entryHigh, entryLow} {
			if _, err := image.WriteAt([]byte{0, 0}, parent+half); err != nil {
				return err
			}
		}
	}
	return nil
}

// fatHolds reports whether go-diskfs (v1.9.4) makes a FAT for a file system of
// this size in bytes that has an entry for each cluster. Of some sizes it is a
// sector short, for it forgets that the first two entries stand for none, and
// mtools and fsck.fat refuse such a disk.
func fatHolds(size int64) bool {
	const reserved, perSector = 32, sectorSize / 4
	perCluster := int64(1)
	if size > 260<<20 {
		perCluster = 8
	}
	sectors := size / sectorSize
	perFAT := (4*(sectors-reserved) + sectorSize*perCluster + 7) / (sectorSize*perCluster + 8)
	return perFAT*perSector >= (sectors-reserved-2*perFAT)/perCluster+2
}
