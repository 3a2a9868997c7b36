package initramfs

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/modalias/ko"
)

// DriverSet names which drivers a stick carries.
type DriverSet string

// The sets. Each has what its drivers need.
const (
	NoDrivers      DriverSet = "none"
	NetworkDrivers DriverSet = "network" // common wired cards, on PCI and USB, and of virtual machines
	AllDrivers     DriverSet = "all"     // storage too, and what else there is to probe
)

// ErrDriverSet says that there is no such set.
var ErrDriverSet = errors.New("drivers are none, network or all")

// driverPaths are what the paths below "kernel/" begin with. The network has no
// drivers of PHYs: nobody loads them in the scan image, and the generic one does.
var driverPaths = map[DriverSet][]string{
	"":        nil,
	NoDrivers: nil,
	NetworkDrivers: {
		"drivers/net/ethernet/intel/e100", "drivers/net/ethernet/intel/igb/", "drivers/net/ethernet/intel/igc/", "drivers/net/ethernet/intel/ixgbe/",
		"drivers/net/ethernet/realtek/", "drivers/net/ethernet/aquantia/", "drivers/net/ethernet/atheros/",
		"drivers/net/ethernet/broadcom/tg3.",
		"drivers/net/ethernet/marvell/sk", "drivers/net/ethernet/jme.", "drivers/net/ethernet/nvidia/", "drivers/net/ethernet/via/via-rhine.",
		"drivers/net/ethernet/amd/pcnet32.", "drivers/net/ethernet/8390/ne2k-pci.",
		"drivers/net/usb/aqc111.", "drivers/net/usb/asix.", "drivers/net/usb/ax88179_178a.", "drivers/net/usb/cdc_e", "drivers/net/usb/cdc_ncm.",
		"drivers/net/usb/dm9601.", "drivers/net/usb/mcs7830.", "drivers/net/usb/pegasus.", "drivers/net/usb/r815",
		"drivers/net/usb/rndis_host.", "drivers/net/usb/rtl8150.", "drivers/net/usb/sr9",
		"drivers/net/hyperv/", "drivers/net/virtio_net.", "drivers/net/vmxnet3/", "drivers/net/xen-netfront.",
	},
	AllDrivers: {
		"drivers/net/ethernet/", "drivers/net/usb/", "drivers/ata/", "drivers/block/", "drivers/message/fusion/", "drivers/mmc/", "drivers/nvme/host/", "drivers/scsi/",
		"drivers/usb/storage/", "drivers/virtio/", "drivers/hv/", "drivers/char/tpm/", "drivers/watchdog/", "sound/pci/hda/snd-hda-intel.", "sound/pci/hda/snd-hda-codec-",
	},
}

// drivers returns the files of a set as a stick holds them. What the initramfs
// loads is left out: it is in the kernel by then.
func (set DriverSet) drivers(tree *tree, loaded []layout.Load) ([]content, error) {
	paths, known := driverPaths[set]
	if !known {
		return nil, fmt.Errorf("%w: not %q", ErrDriverSet, set)
	}
	if len(paths) == 0 {
		return nil, nil
	}
	if set == AllDrivers {
		paths = slices.Concat(driverPaths[NetworkDrivers], paths)
	}
	wanted, err := tree.below(paths)
	if err != nil {
		return nil, err
	}
	order, _, err := tree.closure(wanted)
	if err != nil {
		return nil, err
	}
	return tree.pack(order, loaded)
}

// smartNIC is the one large driver of cards that do nothing before they were
// given firmware, which no stick has.
const smartNIC = "drivers/net/ethernet/netronome/"

// below lists the modules whose path begins with one of some prefixes, without
// those that claim no device: nothing would ever ask for them.
func (t *tree) below(prefixes []string) (list []Enumerator, err error) {
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		file := strings.TrimPrefix(t.files[name], "kernel/")
		if strings.HasPrefix(file, smartNIC) || !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(file, prefix) }) {
			continue
		}
		m, err := t.module(name)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(m.Aliases, func(alias string) bool { return strings.Contains(alias, ":") }) {
			list = append(list, Enumerator{Name: name})
		}
	}
	return list, nil
}

// pack puts modules into archives, neighbours together, because they have much
// in common, and makes the database by which they are found. It has the modules
// that are loaded already too, for others depend on them.
func (t *tree) pack(order, loaded []layout.Load) ([]content, error) {
	archives := archiver{dir: path.Join("/", layout.DriversDir, t.release)}
	packed := ko.Tree{Dir: t.dir, Release: t.release, Builtin: slices.Sorted(maps.Keys(t.builtin))}
	slices.SortFunc(order, func(a, b layout.Load) int { return strings.Compare(a.Path, b.Path) })
	for _, m := range order {
		plain, err := t.read(m)
		if err != nil {
			return nil, err
		}
		name := path.Base(m.Path)
		if !slices.ContainsFunc(loaded, func(l layout.Load) bool { return l.Path == m.Path }) {
			if name, err = archives.add(name, plain); err != nil {
				return nil, err
			}
		}
		module, err := ko.Read(plain, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Path, err)
		}
		packed.Modules = append(packed.Modules, module)
	}
	if err := archives.close(); err != nil {
		return nil, err
	}
	var table bytes.Buffer
	_, err := modalias.NewTable([]modalias.Platform{packed.Platform()}).WriteTo(&table)
	return append(archives.files, content{path.Join(archives.dir, probe.TableFile), table.Bytes()}), err
}

// archiveSize is how much one archive of the stick holds, in bytes before it is
// packed. Larger ones pack better, and who wants a module unpacks what lies
// before it.
const archiveSize = 4 << 20

// archiver puts modules into one archive after the other.
type archiver struct {
	dir   string    // of the archives on the stick
	files []content // the archives that are full
	open  []content // what the next one has so far …
	size  int       // … in bytes
}

// add puts in a module and returns "ARCHIVE/MODULE.ko", by which it is found.
func (a *archiver) add(name string, module []byte) (string, error) {
	if a.size+len(module) > archiveSize {
		if err := a.close(); err != nil {
			return "", err
		}
	}
	a.open, a.size = append(a.open, content{name, module}), a.size+len(module)
	return path.Join(a.name(), name), nil
}

// close packs what the archive has so far, if anything.
func (a *archiver) close() error {
	if len(a.open) == 0 {
		return nil
	}
	data, err := packModules(a.open)
	a.files = append(a.files, content{path.Join(a.dir, a.name()), data})
	a.open, a.size = nil, 0
	return err
}

// name is that of the archive that is being filled.
func (a *archiver) name() string { return fmt.Sprintf("%02d%s", len(a.files), probe.ArchiveSuffix) }
