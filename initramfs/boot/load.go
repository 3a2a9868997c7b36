package boot

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/modalias"
)

// LoadModules loads what the initramfs lists, in its order. A module that is
// there already, or that finds its hardware absent (ENODEV), is no error; one
// that is not what was built is kept out of the kernel.
func (l *linux) LoadModules() []error {
	arguments, err := loadArguments()
	if err != nil {
		return []error{err}
	}
	file := filepath.Join("/", layout.ModulesPath)
	packed, err := os.Open(file)
	if err != nil {
		return []error{err}
	}
	defer os.Remove(file) // it lies in memory, and is not read again
	defer packed.Close()
	var bad []error
	damaged := l.manifest.WalkModules(packed, func(path string, module []byte) {
		if err := probe.LoadImage(context.Background(), module, arguments[path]); err != nil {
			bad = append(bad, fmt.Errorf("%s: %w", modalias.NameOf(path), err))
		}
	})
	for _, damage := range damaged {
		bad = append(bad, fmt.Errorf("%s: left out: %w", modalias.NameOf(damage.Path), damage))
	}
	mountEFIVars()
	return bad
}

// loadArguments are the parameters of the modules, by path.
func loadArguments() (map[string]string, error) {
	text, err := os.ReadFile(filepath.Join("/", layout.LoadPath))
	if err != nil {
		return nil, err
	}
	arguments := make(map[string]string)
	for _, step := range layout.ParseLoad(string(text)) {
		arguments[step.Path] = step.Args
	}
	return arguments, nil
}

// mountEFIVars shows the firmware's variables, read-only, where there are any;
// the scan reads there whether Secure Boot is on.
func mountEFIVars() {
	const dir = "/sys/firmware/efi/efivars"
	unix.Mount("efivarfs", dir, "efivarfs", unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
}
