package boot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/modscout/modscout/initramfs"
	"github.com/modscout/modscout/initramfs/probe"
)

// errNotSound keeps a damaged module out of the kernel.
var errNotSound = errors.New("left out, it is damaged")

// LoadModules loads what the initramfs lists, in its order. A module that is
// there already, or that finds its hardware absent (ENODEV), is no error.
func (l *linux) LoadModules() []error {
	text, err := os.ReadFile(filepath.Join("/", initramfs.LoadPath))
	if err != nil {
		return []error{err}
	}
	var bad []error
	for _, step := range initramfs.ParseLoad(string(text)) {
		err := errNotSound
		if l.sound[step.Path] {
			err = probe.LoadModule(context.Background(), filepath.Join("/", step.Path), step.Args)
		}
		if err != nil {
			bad = append(bad, fmt.Errorf("%s: %w", step.Name(), err))
		}
	}
	mountEFIVars()
	// The archive lies in memory, and these 7 of its megabytes are not read
	// again.
	os.RemoveAll("/lib/modules")
	return bad
}

// mountEFIVars shows the firmware's variables, read-only, where there are any;
// the scan reads there whether Secure Boot is on.
func mountEFIVars() {
	const dir = "/sys/firmware/efi/efivars"
	unix.Mount("efivarfs", dir, "efivarfs", unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
}
