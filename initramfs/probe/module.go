package probe

import (
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/modscout/modscout/modalias/archive"
)

// maxModule bounds a module, in bytes; the largest of Debian's has 17 MB.
const maxModule = 64 << 20

// LoadModule loads a module file with its parameters as on a command line. A
// module that is there already (EEXIST), or that finds its hardware absent
// (ENODEV), is no error. Other errors are the kernel's.
//
// It calls finit_module itself: u-root's kmodule.FileInit (v0.16.0) takes
// another system call and drops the parameters. A compressed file it unpacks
// itself, for Linux before 5.17 cannot and Debian's 6.1 is built without.
func LoadModule(file, parameters string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if strings.HasSuffix(file, ".ko") {
		err = unix.FinitModule(int(f.Fd()), parameters, 0)
	} else {
		err = loadCompressed(f, parameters)
	}
	if errors.Is(err, unix.EEXIST) || errors.Is(err, unix.ENODEV) {
		return nil
	}
	return err
}

func loadCompressed(f io.Reader, parameters string) error {
	plain, err := archive.Decompress(f, archive.Limits{Bytes: maxModule, Window: archive.Default.Window})
	if err != nil {
		return err
	}
	module, err := io.ReadAll(plain)
	if err != nil {
		return err
	}
	return unix.InitModule(module, parameters)
}
