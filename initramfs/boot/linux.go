package boot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/u-root/u-root/pkg/libinit"
	"github.com/u-root/u-root/pkg/ulog"
	"golang.org/x/sys/unix"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/scan"
)

// linux is the machine itself.
type linux struct {
	// manifest is of the initramfs, once it was read.
	manifest layout.Manifest
	// events are of the buses, from before the scan on.
	events *scan.Uevents
	// forget ends the keeping of the addresses that the ports were given.
	forget context.CancelFunc
}

// tree is what PID 1 mounts first. u-root's own list is for a system to live
// in (cgroups, pts, a writable /etc); a scan needs these.
var tree = []libinit.Creator{
	libinit.Dir{Name: "/dev", Mode: 0o755},
	libinit.Dir{Name: "/proc", Mode: 0o555},
	libinit.Dir{Name: "/sys", Mode: 0o555},
	libinit.Dir{Name: "/tmp", Mode: 0o1777},
	libinit.Mount{Source: "devtmpfs", Target: "/dev", FSType: "devtmpfs"},
	libinit.Mount{Source: "proc", Target: "/proc", FSType: "proc"},
	libinit.Mount{Source: "sysfs", Target: "/sys", FSType: "sysfs"},
	libinit.Mount{Source: "tmpfs", Target: "/tmp", FSType: "tmpfs"},
}

// Mount makes the tree, as far as it is not there yet, and hushes the kernel: its messages would push the
// answer off the screen. Only what ends a system is still printed.
func (*linux) Mount() error {
	var all error
	for _, part := range tree {
		if err := part.Create(); err != nil && !errors.Is(err, unix.EBUSY) {
			all = errors.Join(all, fmt.Errorf("%v: %w", part, err))
		}
	}
	ulog.KernelLog.Reinit()
	level := ulog.KLogCritical
	if readOptions().Debug {
		level = ulog.KLogDebug
	}
	return errors.Join(all, ulog.KernelLog.SetConsoleLogLevel(level))
}

// Options are what the kernel command line says.
func (*linux) Options() Options { return readOptions() }

// Consoles opens every console that the kernel prints on.
func (*linux) Consoles() []console { return openConsoles() }

// Uptime reads the clock that begins with the kernel (clock_gettime(2)); what
// the firmware and the boot loader took is not in it.
func (*linux) Uptime() time.Duration {
	var now unix.Timespec
	unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) // fails only for another clock
	return time.Duration(now.Nano())
}

// ReadManifest reads what was built; the modules are held to it one by one when
// they are loaded.
func (l *linux) ReadManifest() error {
	text, err := os.ReadFile(filepath.Join("/", layout.ManifestPath))
	if err != nil {
		return fmt.Errorf("%w: its manifest: %w", layout.ErrDamaged, err)
	}
	l.manifest, err = layout.ParseManifest(string(text))
	return err
}

// CheckManifest compares the rest of the unpacked initramfs with its manifest.
func (l *linux) CheckManifest() []error {
	var bad []error
	for _, damage := range l.manifest.Check("/") {
		bad = append(bad, damage)
	}
	return bad
}

// SpareMemory gives back what the scan used (the names of all devices in the
// world) and makes the garbage collector work harder before the kernel runs
// out of memory: there is no swap, and its out-of-memory killer takes us.
func (*linux) SpareMemory() {
	debug.FreeOSMemory()
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		free := int64(info.Freeram) * int64(info.Unit)
		debug.SetMemoryLimit(free / 10 * 9)
	}
}

// PowerOff ends the machine (reboot(2)).
func (*linux) PowerOff() { stop(unix.LINUX_REBOOT_CMD_POWER_OFF) }

// Reboot starts the machine anew (reboot(2)).
func (*linux) Reboot() { stop(unix.LINUX_REBOOT_CMD_RESTART) }

// stop ends the machine. Only a kernel without power management comes back
// from it.
func stop(command int) {
	unix.Sync()
	unix.Reboot(command)
}
