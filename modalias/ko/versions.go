package ko

import (
	"bytes"
	"fmt"
)

// Version is the checksum of one imported symbol's type. A kernel with
// MODVERSIONS refuses a module whose checksum of a symbol differs from the
// exporter's.
type Version struct {
	Symbol string // or "module_layout", which stands for struct module and others
	CRC    uint32
}

// The sections of both forms.
const (
	basicVersions = "__versions"
	extendedCRCs  = "__version_ext_crcs"
	extendedNames = "__version_ext_names"
)

// An entry of the basic form: struct modversion_info of the kernel's
// include/linux/module.h, an unsigned long and MODULE_NAME_LEN bytes.
const (
	versionSize = 64
	versionName = 8
)

// versions reads the checksums of imports, in the file's order. Linux 6.14 has
// brought a second form without a limit to the names' lengths
// (EXTENDED_MODVERSIONS); where a module has both, the kernel uses that.
func versions(e *object) ([]Version, error) {
	if crcs, found := e.section(extendedCRCs); found {
		names, _ := e.section(extendedNames)
		return extendedVersions(e.data(crcs), e.data(names))
	}
	s, _ := e.section(basicVersions)
	table := e.data(s)
	if len(table)%versionSize != 0 {
		return nil, fmt.Errorf("%w: %s of %d bytes", ErrMalformed, basicVersions, len(table))
	}
	var list []Version
	for ; len(table) > 0; table = table[versionSize:] {
		name := text(table[versionName:versionSize], 0)
		list = append(list, Version{string(name), le.Uint32(table)})
	}
	return list, nil
}

// extendedVersions joins a list of checksums with one of names that are each
// closed by a zero.
func extendedVersions(crcs, names []byte) ([]Version, error) {
	if len(crcs)%4 != 0 {
		return nil, fmt.Errorf("%w: %s of %d bytes", ErrMalformed, extendedCRCs, len(crcs))
	}
	var list []Version
	for ; len(crcs) > 0; crcs = crcs[4:] {
		name, rest, found := bytes.Cut(names, []byte{0})
		if !found || len(name) == 0 {
			return nil, fmt.Errorf("%w: %d checksums of symbols have no name", ErrMalformed, len(crcs)/4)
		}
		list = append(list, Version{string(name), le.Uint32(crcs)})
		names = rest
	}
	return list, nil
}
