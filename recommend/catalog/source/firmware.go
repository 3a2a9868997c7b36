package source

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/recommend/catalog"
)

// addFirmware reads Debian's list of all files of all packages (Contents-all,
// deb-contents(5): a path, blanks, SECTION/PACKAGE[,SECTION/PACKAGE…]) and
// keeps the firmware files that a module of the catalogue asks for.
func addFirmware(c *catalog.Catalog, contents []byte) {
	wanted := wantedFirmware(c)
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

// wantedFirmware is what modules of the catalogue ask for.
func wantedFirmware(c *catalog.Catalog) map[string]bool {
	wanted := map[string]bool{}
	for _, m := range c.Modules {
		for _, file := range m.Firmware {
			wanted[file] = true
		}
	}
	return wanted
}

// firmwareName is what RR, ARC and ARPL call the archive of firmware beside
// their packs, and its folder in their trees.
const firmwareName = "firmware"

// addFirmwarePack notes what a loader's archive or folder of firmware holds.
func (r *reader) addFirmwarePack(file, loader string) error {
	p := catalog.FirmwarePackage{Package: filepath.Base(file), Loader: loader}
	add := func(name string) { p.Files = append(p.Files, strings.TrimPrefix(name, firmwareName+"/")) }
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if info.IsDir() {
		err = fs.WalkDir(os.DirFS(file), ".", func(name string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				add(name)
			}
			return err
		})
	} else {
		var f *os.File
		if f, err = archive.OpenFile(file); err != nil {
			return err
		}
		defer f.Close()
		err = archive.Walk(f, limits, func(e archive.Entry) error {
			if e.Regular || e.Link != "" {
				add(e.Name)
			}
			return nil
		})
	}
	if err == nil { // of a damaged archive it is not known what it has
		r.firmware = append(r.firmware, p)
	}
	return err
}

// keepFirmware adds to the catalogue the files of loaders and of recipes that
// modules ask for.
func (r *reader) keepFirmware(c *catalog.Catalog) {
	c.KeepFirmware()
	wanted := wantedFirmware(c)
	for _, p := range r.firmware {
		p.Files = slices.DeleteFunc(p.Files, func(file string) bool { return !wanted[file] })
		slices.Sort(p.Files)
		c.Firmware = append(c.Firmware, p)
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
