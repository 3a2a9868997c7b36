package vmlinux

import (
	"cmp"
	"slices"
	"strings"
)

// initcalls are the functions that initialise built-in modules, by address.
type initcalls []initcall

type initcall struct {
	start, end uint64 // of the function
	module     string
}

// initcallPrefix begins the symbol of an entry in the table of such functions,
// "__initcall__kmod_ahci__290_1952_ahci_pci_driver_init6": module, counter,
// line, function, level (include/linux/init.h, since Linux 5.12). It is data,
// which kallsyms has only with CONFIG_KALLSYMS_ALL.
const initcallPrefix = "__initcall__kmod_"

// initcalls returns the functions whose module the symbols tell.
func (s *space) initcalls(symbols []symbol) initcalls {
	var list initcalls
	for _, sym := range symbols {
		rest, found := strings.CutPrefix(sym.name, initcallPrefix)
		module, _, counted := cutCounter(rest)
		entry := s.at(sym.addr, 4)
		if !found || !counted || entry == nil {
			continue
		}
		start := relative(sym.addr, le.Uint32(entry))
		list = append(list, initcall{start, behind(symbols, start), module})
	}
	slices.SortFunc(list, func(a, b initcall) int { return cmp.Compare(a.start, b.start) })
	return list
}

// cutCounter cuts a name at "__" and a digit.
func cutCounter(name string) (before, after string, found bool) {
	for at := 0; at+2 < len(name); at++ {
		if name[at:at+2] == "__" && name[at+2] >= '0' && name[at+2] <= '9' {
			return name[:at], name[at+2:], true
		}
	}
	return name, "", false
}

// behind returns the address of the first symbol behind one.
func behind(symbols []symbol, addr uint64) uint64 {
	at, _ := slices.BinarySearchFunc(symbols, addr+1, func(s symbol, addr uint64) int { return cmp.Compare(s.addr, addr) })
	if at == len(symbols) {
		return addr
	}
	return symbols[at].addr
}

// module returns the module whose function holds an address, or "".
func (list initcalls) module(addr uint64) string {
	at, found := slices.BinarySearchFunc(list, addr, func(i initcall, addr uint64) int { return cmp.Compare(i.start, addr) })
	if !found {
		at--
	}
	if at < 0 || addr >= list[at].end {
		return ""
	}
	return list[at].module
}
