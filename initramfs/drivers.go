package initramfs

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
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

// driverPaths are what the paths below "kernel/" begin with.
var driverPaths = map[DriverSet][]string{
	"":        nil,
	NoDrivers: nil,
	NetworkDrivers: {
		"drivers/net/ethernet/intel/e100", "drivers/net/ethernet/intel/igb/", "drivers/net/ethernet/intel/igc/",
		"drivers/net/ethernet/intel/ixgbe/", "drivers/net/ethernet/intel/i40e/",
		"drivers/net/ethernet/realtek/", "drivers/net/ethernet/aquantia/", "drivers/net/ethernet/atheros/",
		"drivers/net/ethernet/broadcom/tg3.", "drivers/net/ethernet/broadcom/bnx2.", "drivers/net/ethernet/broadcom/b44.",
		"drivers/net/ethernet/marvell/sk", "drivers/net/ethernet/jme.", "drivers/net/ethernet/nvidia/", "drivers/net/ethernet/via/",
		"drivers/net/ethernet/amd/pcnet32.", "drivers/net/ethernet/dec/tulip/tulip.", "drivers/net/ethernet/8390/ne2k-pci.",
		"drivers/net/phy/", "drivers/net/usb/", "drivers/net/hyperv/",
		"drivers/net/virtio_net.", "drivers/net/vmxnet3/", "drivers/net/xen-netfront.",
	},
	AllDrivers: {
		"drivers/net/ethernet/", "drivers/ata/", "drivers/block/", "drivers/message/fusion/", "drivers/mmc/", "drivers/nvme/host/", "drivers/scsi/",
		"drivers/usb/storage/", "drivers/virtio/", "drivers/hv/", "drivers/char/tpm/", "drivers/watchdog/", "sound/pci/hda/",
	},
}

// drivers returns the files of a set as a stick holds them.
func (set DriverSet) drivers(tree *tree) ([]content, error) {
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
	order, _, err := tree.closure(tree.below(paths))
	if err != nil {
		return nil, err
	}
	return tree.pack(order)
}

// pack reads modules, compressed (a third is left, and a stick is slow), and
// makes the database by which they are found.
func (t *tree) pack(order []layout.Load) ([]content, error) {
	dir := path.Join("/", layout.DriversDir, t.release)
	packed := ko.Tree{Dir: t.dir, Release: t.release, Builtin: slices.Sorted(maps.Keys(t.builtin))}
	var files []content
	for _, m := range order {
		plain, err := t.read(m)
		if err != nil {
			return nil, err
		}
		module, err := ko.Read(plain, path.Base(m.Path)+".xz")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Path, err)
		}
		data, err := t.compressed(m, plain)
		if err != nil {
			return nil, err
		}
		packed.Modules = append(packed.Modules, module)
		files = append(files, content{path.Join(dir, module.File), data})
	}
	var table bytes.Buffer
	if _, err := modalias.NewTable([]modalias.Platform{packed.Platform()}).WriteTo(&table); err != nil {
		return nil, err
	}
	return append(files, content{path.Join(dir, probe.TableFile), table.Bytes()}), nil
}

// compressed returns a module as xz: the file's own bytes where it is that
// already.
func (t *tree) compressed(m layout.Load, plain []byte) ([]byte, error) {
	if file := t.files[m.Name()]; strings.HasSuffix(file, ".xz") {
		return os.ReadFile(filepath.Join(t.dir, file))
	}
	return xzModules(plain)
}

// below lists the modules whose path begins with one of some prefixes.
func (t *tree) below(prefixes []string) []Enumerator {
	var list []Enumerator
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		file := strings.TrimPrefix(t.files[name], "kernel/")
		if slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(file, prefix) }) {
			list = append(list, Enumerator{Name: name})
		}
	}
	return list
}
