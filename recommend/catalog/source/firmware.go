package source

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/catalog"
)

// addFirmware reads Debian's list of all files of all packages (Contents-all,
// deb-contents(5): a path, blanks, SECTION/PACKAGE[,SECTION/PACKAGE…]) and
// keeps the firmware files that a module of the catalogue asks for.
func addFirmware(c *catalog.Catalog, contents []byte) {
	wanted := map[string]bool{}
	for _, m := range c.Modules {
		for _, file := range m.Firmware {
			wanted[file] = true
		}
	}
	packages := map[string][]string{}
	for line := range bytes.Lines(contents) {
		file, owners, ok := contentsLine(string(line))
		if !ok || !wanted[file] {
			continue
		}
		for _, owner := range owners {
			packages[path.Base(owner)] = append(packages[path.Base(owner)], file)
		}
	}
	for _, name := range sortedKeys(packages) {
		files := packages[name]
		slices.Sort(files)
		c.Firmware = append(c.Firmware, catalog.FirmwarePackage{Package: name, Files: slices.Compact(files)})
	}
}

// contentsLine returns a firmware file below /lib/firmware, without the suffix
// of a compressed one, and the packages that ship it.
func contentsLine(line string) (file string, owners []string, ok bool) {
	line = strings.TrimRight(line, " \t\r\n")
	at := strings.LastIndexAny(line, " \t")
	if at < 0 {
		return "", nil, false
	}
	name := strings.TrimPrefix(strings.TrimRight(line[:at], " \t"), "usr/")
	file, ok = strings.CutPrefix(name, "lib/firmware/")
	file = strings.TrimSuffix(strings.TrimSuffix(file, ".xz"), ".zst")
	return file, strings.Split(line[at+1:], ","), ok
}
