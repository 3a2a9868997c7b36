package probe

import (
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// compressedModule is MODULE_INIT_COMPRESSED_FILE of linux/module.h.
const compressedModule = 4

// LoadModule loads a module file, compressed or not, with its parameters as on
// a command line. A module that is there already (EEXIST), or that finds its
// hardware absent (ENODEV), is no error. Other errors are the kernel's.
//
// It calls finit_module itself: u-root's kmodule.FileInit (v0.16.0) takes
// another system call and drops the flags.
func LoadModule(file, parameters string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	flags := 0
	if !strings.HasSuffix(file, ".ko") {
		flags = compressedModule
	}
	err = unix.FinitModule(int(f.Fd()), parameters, flags)
	if errors.Is(err, unix.EEXIST) || errors.Is(err, unix.ENODEV) {
		return nil
	}
	return err
}
