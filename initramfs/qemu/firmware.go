package qemu

import (
	"errors"
	"fmt"
	"os"
	"slices"
)

// Firmware is what a board starts with.
type Firmware string

// The kinds of firmware. OVMF's files are those of Debian's package ovmf.
const (
	BIOS       Firmware = "bios"   // SeaBIOS, which QEMU brings
	UEFI       Firmware = "uefi"   // OVMF
	SecureBoot Firmware = "secure" // OVMF that starts only what Microsoft's keys have signed; for q35
)

// Firmwares are all kinds, for people to choose from.
var Firmwares = []Firmware{BIOS, UEFI, SecureBoot}

// Errors of [Firmware.Check].
var (
	ErrFirmware   = errors.New("no such firmware")
	ErrNoFirmware = errors.New("OVMF is not installed")
)

const (
	ovmf          = "/usr/share/ovmf/OVMF.fd"
	ovmfSecure    = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
	ovmfVariables = "/usr/share/OVMF/OVMF_VARS_4M.ms.fd" // with Microsoft's keys, Secure Boot on
)

// Check reports whether a board can have the firmware here. Errors:
// [ErrFirmware], [ErrNoFirmware].
func (f Firmware) Check() error {
	if !slices.Contains(Firmwares, f) {
		return fmt.Errorf("%w: %q", ErrFirmware, f)
	}
	for _, file := range f.files() {
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("%w: %w", ErrNoFirmware, err)
		}
	}
	return nil
}

func (f Firmware) files() []string {
	switch f {
	case UEFI:
		return []string{ovmf}
	case SecureBoot:
		return []string{ovmfSecure, ovmfVariables}
	}
	return nil
}

// args are QEMU's. What the firmware writes into its variables is lost at the
// end. Only in system management mode does it keep the guest from changing them.
func (f Firmware) args() []string {
	switch f {
	case UEFI:
		return []string{"-bios", ovmf}
	case SecureBoot:
		return []string{
			"-machine", "smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on",
			"-drive", "if=pflash,unit=0,format=raw,readonly=on,file=" + ovmfSecure,
			"-drive", "if=pflash,unit=1,format=raw,snapshot=on,file=" + ovmfVariables,
		}
	}
	return nil
}
