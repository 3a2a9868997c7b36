package boot

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/initramfs/probe"
)

// LoadModules loads what the initramfs lists, in its order. A module that is
// there already, or that finds its hardware absent (ENODEV), is no error; one
// that is not what was built is kept out of the kernel.
func (l *linux) LoadModules() []error {
	if l.manifest == nil {
		return nil // ReadManifest told why
	}
	order, err := os.ReadFile(filepath.Join("/", layout.LoadPath))
	if err != nil {
		return []error{err}
	}
	var bad []error
	for _, step := range layout.ParseLoad(string(order)) {
		if err := l.loadModule(step); err != nil {
			bad = append(bad, fmt.Errorf("%s: %w", step.Name(), err))
		}
	}
	mountEFIVars()
	return bad
}

// loadModule loads one module and removes its file, which lies in memory.
func (l *linux) loadModule(step layout.Load) error {
	defer os.Remove(filepath.Join("/", step.Path))
	module, err := l.manifest.Read("/", step.Path)
	if err != nil {
		return fmt.Errorf("left out: %w", err)
	}
	return probe.LoadImage(context.Background(), module, step.Args)
}

// mountEFIVars shows the firmware's variables, read-only, where there are any;
// the scan reads there whether Secure Boot is on.
func mountEFIVars() {
	const dir = "/sys/firmware/efi/efivars"
	unix.Mount("efivarfs", dir, "efivarfs", unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
}
