package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/modalias/archive"
)

// loadLimit is how long one module may take to load. RAID controllers start
// their firmware inside of that, for half a minute and more.
const loadLimit = 90 * time.Second

var (
	// ErrCrashed says that the kernel crashed (an "oops") in a module that it
	// loaded. The thread that loaded it is dead, and what it had locked stays so.
	ErrCrashed = errors.New("the kernel crashed in it")

	errNoEnd = errors.New("it did not come to an end")
)

// LoadModule loads a module file, compressed or not, with its parameters as on
// a command line. A module that is there already (EEXIST), or that finds its
// hardware absent (ENODEV), is no error. Errors: [ErrCrashed], one where it
// takes longer than 90 s or than ctx allows, and the kernel's.
func LoadModule(ctx context.Context, file, parameters string) error {
	return watched(ctx, func() error { return finitModule(file, parameters) })
}

// LoadImage is [LoadModule] for the content of a module file, not compressed.
func LoadImage(ctx context.Context, module []byte, parameters string) error {
	return watched(ctx, func() error { return unix.InitModule(module, parameters) })
}

// watched loads a module and looks whether the kernel crashes in it.
func watched(ctx context.Context, load func() error) error {
	ctx, cancel := context.WithTimeout(ctx, loadLimit)
	defer cancel()
	before := taint()
	done := make(chan error, 1)
	go func() { done <- load() }()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for crashed := false; ; {
		select {
		case err := <-done:
			if errors.Is(err, unix.EEXIST) || errors.Is(err, unix.ENODEV) {
				return nil
			}
			return err
		case <-ctx.Done():
			return fmt.Errorf("%w within %v", errNoEnd, loadLimit)
		case <-look.C:
			if crashed {
				return ErrCrashed
			}
			// One more look: the crash may be another thread's.
			crashed = (taint()&^before)&taintDie != 0
		}
	}
}

// finitModule makes the system call itself: u-root's kmodule.FileInit (v0.16.0)
// takes another one and drops the parameters. A compressed file it unpacks
// itself, for Linux before 5.17 cannot and Debian's 6.1 is built without.
func finitModule(file, parameters string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if strings.HasSuffix(file, ".ko") {
		return unix.FinitModule(int(f.Fd()), parameters, 0)
	}
	return loadCompressed(f, parameters)
}

func loadCompressed(f io.Reader, parameters string) error {
	plain, err := archive.Decompress(f, archive.Limits{Bytes: layout.MaxModule, Window: archive.Default.Window})
	if err != nil {
		return err
	}
	module, err := io.ReadAll(plain)
	if err != nil {
		return err
	}
	return unix.InitModule(module, parameters)
}
