package ko

import (
	"bytes"
	"strings"
)

// maxBuiltin is some hundred times what a kernel has.
const maxBuiltin = 1 << 15

// readBuiltin reads modules.builtin.modinfo: strings "module.tag=value", each
// closed by a zero, in groups by module (the kernel's scripts/Makefile.modinst
// copies them out of vmlinux's .modinfo).
func readBuiltin(info []byte) []*Module {
	byName := map[string]*Module{}
	var list []*Module
	for field := range bytes.SplitSeq(info, []byte{0}) {
		name, rest, found := strings.Cut(string(field), ".")
		tag, value, hasValue := strings.Cut(rest, "=")
		if !found || !hasValue || name == "" {
			continue
		}
		name = underscores(name)
		m := byName[name]
		if m == nil && len(list) == maxBuiltin {
			continue
		}
		if m == nil {
			m = &Module{Name: name}
			byName[name] = m
			list = append(list, m)
		}
		switch tag {
		case "name": // known already
		case "file":
			m.File = value + ".ko"
		default:
			m.set(tag, value)
		}
	}
	return list
}
