package initramfs

import (
	"encoding/binary"
	"errors"
	"io"
)

// Where a FAT32 boot sector says how the partition is laid out, and the most
// that a table of ours may take: sixteen million clusters. See Microsoft's
// "FAT: General Overview of On-Disk Format".
const (
	bytesPerSectorAt  = 0x0b // 2 bytes
	reservedSectorsAt = 0x0e // 2 bytes
	sectorsPerFATAt   = 0x24 // 4 bytes

	maxFAT = 64 << 20
)

// checkFAT holds a FAT32 partition to what its reader takes for granted: that
// the tables are inside the disk and that every chain of clusters ends. A stick
// that was pulled out while it was written to may lack either.
func checkFAT(image io.ReaderAt, start, size int64) error {
	var sector [sectorSize]byte
	if _, err := image.ReadAt(sector[:], start); err != nil {
		return err
	}
	le := binary.LittleEndian
	perSector := int64(le.Uint16(sector[bytesPerSectorAt:]))
	table := int64(le.Uint32(sector[sectorsPerFATAt:])) * perSector
	at := start + int64(le.Uint16(sector[reservedSectorsAt:]))*perSector
	if table == 0 || table > maxFAT || at+2*table > size {
		return errors.New("the FAT is not inside the disk")
	}
	data := make([]byte, table)
	if _, err := image.ReadAt(data, at); err != nil {
		return err
	}
	if loops(data) {
		return errors.New("the FAT has a chain without an end")
	}
	return nil
}

// loops reports whether a chain of clusters in a FAT leads into itself.
func loops(table []byte) bool {
	clusters := uint32(len(table) / 4)
	walk := make([]uint32, clusters) // the chain that a cluster was first met in, by its first cluster
	for first := uint32(2); first < clusters; first++ {
		at := first
		for at >= 2 && at < clusters && walk[at] == 0 {
			walk[at] = first
			at = binary.LittleEndian.Uint32(table[4*at:]) &^ (0xf << 28) // the upper bits are reserved
		}
		if at >= 2 && at < clusters && walk[at] == first {
			return true
		}
	}
	return false
}
