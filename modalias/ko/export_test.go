package ko

import "io"

// ReadPieces reads a module as ReadFile does a plain one.
func ReadPieces(r io.ReaderAt, size int64, file string) (*Module, error) {
	return (&reader{names: words{}}).read(&onDisk{r: r, size: uint64(size)}, file)
}

// Set takes one field of .modinfo.
func (m *Module) Set(tag, value string) { m.set(tag, value) }

// ReadBuiltin reads modules.builtin.modinfo.
var ReadBuiltin = readBuiltin
