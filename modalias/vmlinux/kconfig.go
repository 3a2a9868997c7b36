package vmlinux

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"slices"
	"strings"
	"sync"
)

// The table of modules by the option that builds them, a line each: "SATA_AHCI
// ahci libahci". It is what the makefiles of Linux 6.1 say (obj-$(CONFIG_…) +=),
// as far as modules of that name are known. TestKconfig writes it.
//
//go:embed kconfig.txt.gz
var kconfig []byte

// options returns the table, read once.
var options = sync.OnceValue(func() map[string][]string {
	table := map[string][]string{}
	z, err := gzip.NewReader(bytes.NewReader(kconfig))
	if err != nil {
		panic(err) // it is part of this program
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		table[words[0]] = words[1:]
	}
	return table
})

// Configured returns the modules that a kernel of this .config has built in,
// sorted: the names that Linux 6.1 has for what the options build. Other versions
// may build more, and call some otherwise.
func Configured(config []byte) []string {
	var list []string
	for line := range strings.Lines(string(config)) {
		option, value, found := strings.Cut(strings.TrimSpace(line), "=")
		if name, isOption := strings.CutPrefix(option, "CONFIG_"); found && isOption && value == "y" {
			list = append(list, options()[name]...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
