package ko

// Details is all that a module says, also what neither matching nor loading
// needs: mostly about the kernel that it was built for.
type Details struct {
	Module    *Module
	Fields    []Field       // .modinfo as it is, in the file's order
	Versions  []Version     // checksums of what it imports; none where the kernel has no MODVERSIONS
	Exported  []Export      // Module.Exports with more about each, in the same order
	Tables    []DeviceTable // what its device aliases were made of, in the symbol table's order
	Signature *Signature    // nil where none is appended
}

// Field is one "tag=value" of .modinfo.
type Field struct{ Tag, Value string }

// Inspect reads all that a module says, where [Read] reads what is needed to
// match and load it. Its errors are those of Read, and about parts that Read
// does not look at.
func Inspect(data []byte, file string) (*Details, error) {
	m, err := Read(data, file)
	if err != nil {
		return nil, err
	}
	e, err := parseELF(memory(data))
	if err != nil {
		return nil, err
	}
	symbols, _, err := e.symbols(true)
	if err != nil {
		return nil, err
	}
	d := &Details{
		Module:    m,
		Fields:    e.fields(),
		Exported:  exported(e, symbols, m.Exports),
		Tables:    deviceTables(e, symbols),
		Signature: readSignature(data),
	}
	if d.Versions, err = versions(e); err == nil {
		err = e.err
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

func (e *object) fields() []Field {
	var list []Field
	info, _ := e.section(modinfo)
	for tag, value := range fields(string(e.data(info))) {
		list = append(list, Field{tag, value})
	}
	return list
}
