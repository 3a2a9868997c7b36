package modalias

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// ErrNoSysfs says that a file system has no devices where sysfs has them.
var ErrNoSysfs = errors.New("no devices: this is no sysfs")

// Devices returns the modaliases of all devices of a machine, each once and
// ascending, from its sysfs: os.DirFS("/sys"), or a copy of it. It fails with
// [ErrNoSysfs]; devices that cannot be read are passed over.
func Devices(sysfs fs.FS) ([]string, error) {
	dirs, err := fs.Glob(sysfs, "bus/*/devices/*")
	if err != nil {
		return nil, err
	}
	if len(dirs) == 0 {
		return nil, ErrNoSysfs
	}
	var keys []string
	for _, dir := range append(dirs, "class/dmi/id") { // DMI is on no bus
		keys = append(keys, deviceKeys(sysfs, dir)...)
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// deviceKeys reads one device. MDIO and MMC have a line in uevent only, ACPI
// may have two in modalias.
func deviceKeys(sysfs fs.FS, dir string) (keys []string) {
	for line := range strings.Lines(attribute(sysfs, path.Join(dir, "uevent"))) {
		if key, found := strings.CutPrefix(line, "MODALIAS="); found {
			keys = append(keys, strings.TrimSuffix(key, "\n"))
		}
	}
	for line := range strings.Lines(attribute(sysfs, path.Join(dir, "modalias"))) {
		if key := strings.TrimSuffix(line, "\n"); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// attribute reads a file of sysfs, of which none is longer than a page.
func attribute(sysfs fs.FS, name string) string {
	f, err := sysfs.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	data, _ := io.ReadAll(io.LimitReader(f, 16*maxAlias)) // pages have up to 64 kB
	return string(data)
}
