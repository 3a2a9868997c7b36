package packer

import (
	"fmt"
	"strings"

	"github.com/modscout/modscout/modalias/ko"
)

// depmod returns the files that depmod makes in a module directory, by name.
// modules are in the order of its modules.order; File is the path below the
// directory. modprobe of kmod reads the binary files, that of busybox the text.
// modules.devname is left out: no driver that a device needs at boot is loaded
// through a device node.
func depmod(modules []*ko.Module) map[string][]byte {
	tree := ko.Tree{Modules: modules}
	for _, m := range modules {
		tree.Order = append(tree.Order, m.File)
	}
	graph := tree.Graph()
	dep, alias, symbols, softdep := textFile{}, textFile{}, textFile{}, textFile{}
	depIndex, aliasIndex, symbolIndex := kmodIndex{}, kmodIndex{}, kmodIndex{}
	alias.add("# Aliases extracted from modules themselves.")
	symbols.add("# Aliases for symbols, used by symbol_request().")
	softdep.add("# Soft dependencies extracted from modules themselves.")
	for i, m := range modules {
		line := m.File + ":"
		for _, need := range graph.Dependencies(m) {
			line += " " + need.File
		}
		dep.add(line)
		depIndex.add(m.Name, line, i)
		for _, a := range m.Aliases {
			alias.add("alias " + a + " " + m.Name)
			if key, ok := underscored(a); ok {
				aliasIndex.add(key, m.Name, i)
			}
		}
		for _, s := range m.Exports {
			symbols.add("alias symbol:" + s + " " + m.Name)
			symbolIndex.add("symbol:"+s, m.Name, i)
		}
		if text := softdepOf(m); text != "" {
			softdep.add("softdep " + m.Name + text)
		}
	}
	order := strings.Join(tree.Order, "\n") + "\n"
	return map[string][]byte{
		"modules.order": []byte(order),
		"modules.dep":   dep.bytes(), "modules.dep.bin": depIndex.bytes(),
		"modules.alias": alias.bytes(), "modules.alias.bin": aliasIndex.bytes(),
		"modules.symbols": symbols.bytes(), "modules.symbols.bin": symbolIndex.bytes(),
		"modules.softdep": softdep.bytes(),
	}
}

// textFile is a file of lines.
type textFile struct{ b strings.Builder }

func (f *textFile) add(line string) { fmt.Fprintln(&f.b, line) }

func (f *textFile) bytes() []byte { return []byte(f.b.String()) }

// softdepOf returns a module's soft dependencies as modprobe.d(5) writes them.
func softdepOf(m *ko.Module) (text string) {
	if len(m.SoftPre) > 0 {
		text += " pre: " + strings.Join(m.SoftPre, " ")
	}
	if len(m.SoftPost) > 0 {
		text += " post: " + strings.Join(m.SoftPost, " ")
	}
	return text
}

// underscored returns an alias as kmod's alias_normalize (libkmod-util.c) does:
// with underscores, except in brackets. It refuses brackets without a partner,
// and bytes that the index cannot hold.
func underscored(alias string) (string, bool) {
	out := []byte(alias)
	inside := false
	for i, c := range out {
		switch {
		case c >= 0x80 || c == ']' && !inside:
			return "", false
		case c == '[':
			inside = true
		case c == ']':
			inside = false
		case c == '-' && !inside:
			out[i] = '_'
		}
	}
	return string(out), !inside
}
