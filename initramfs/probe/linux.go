package probe

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/modscout/modscout/scan/report"
)

// Linux is the kernel that runs. The zero value is not ready: use [NewLinux].
type Linux struct {
	release string
	log     Log
}

// NewLinux opens the kernel's log. Without it, results have no messages.
func NewLinux() *Linux {
	l := &Linux{Release(), OpenLog()}
	l.log.Skip()
	return l
}

// Release returns what uname -r says.
func Release() string {
	var name unix.Utsname
	unix.Uname(&name)
	return unix.ByteSliceToString(name.Release[:])
}

// Release returns what uname -r says.
func (l *Linux) Release() string { return l.release }

// Loaded looks into /sys/module, where built-in modules with parameters are
// too: those have no "initstate".
func (*Linux) Loaded(name string) bool {
	_, err := os.Stat(filepath.Join("/sys/module", name, "initstate"))
	return err == nil
}

// Load is [LoadModule] without parameters.
func (*Linux) Load(ctx context.Context, file, name string) error {
	if err := LoadModule(ctx, file, ""); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Unload removes a module that nobody uses.
func (*Linux) Unload(name string) error {
	if err := unix.DeleteModule(name, unix.O_NONBLOCK); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Driver reads the links that the driver core makes.
func (*Linux) Driver(d *report.Device) (driver, module string) {
	dir := filepath.Join("/sys", d.SysfsPath, "driver")
	target, err := os.Readlink(dir)
	if err != nil {
		return "", ""
	}
	if link, err := os.Readlink(filepath.Join(dir, "module")); err == nil {
		module = filepath.Base(link)
	}
	return filepath.Base(target), module
}

// Signs looks below the device for network interfaces and disks. An interface
// is set up for the look, because one that is down has no carrier to tell.
func (*Linux) Signs(d *report.Device) (evidence []string, works bool) {
	root := filepath.Join("/sys", d.SysfsPath)
	filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || strings.Count(path[len(root):], "/") > maxDepth {
			return nil
		}
		sign, good := "", false
		switch filepath.Base(filepath.Dir(path)) {
		case "net":
			sign, good = carrier(path)
		case "block":
			sign, good = disk(path)
		}
		if sign != "" {
			evidence, works = append(evidence, sign), works || good
			return fs.SkipDir
		}
		return nil
	})
	return evidence, works
}

// maxDepth is how far below a device its interfaces and disks lie: SCSI takes
// host, target, unit, "block" and the disk.
const maxDepth = 10

func carrier(dir string) (string, bool) {
	name := filepath.Base(dir)
	setUp(name)
	state := attribute(dir, "carrier")
	switch state {
	case "1":
		return name + " has a carrier", true
	case "0":
		return name + " has no carrier", false
	}
	return name + " does not come up", false
}

// setUp sets IFF_UP, as "ip link set up" does.
func setUp(name string) {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer unix.Close(socket)
	request, err := unix.NewIfreq(name)
	if err != nil || unix.IoctlIfreq(socket, unix.SIOCGIFFLAGS, request) != nil {
		return
	}
	request.SetUint16(request.Uint16() | unix.IFF_UP)
	unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, request)
}

func disk(dir string) (string, bool) {
	sectors, err := strconv.ParseInt(attribute(dir, "size"), 10, 64)
	if err != nil {
		return "", false
	}
	return fmt.Sprintf("%s has %d MB", filepath.Base(dir), sectors*512/1_000_000), sectors > 0
}

func attribute(dir, name string) string {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

// maxLog is the most lines of one look at the log: a crash has some 50.
const maxLog = 60

// Log reads /dev/kmsg.
func (l *Linux) Log() []string {
	lines := l.log.Read()
	return lines[:min(len(lines), maxLog)]
}

// Taint reads what the kernel has against itself.
func (*Linux) Taint() uint64 { return taint() }

// taintDie is the bit of a kernel that crashed, TAINT_DIE of linux/panic.h.
const taintDie = 1 << 7

func taint() uint64 {
	bits, _ := strconv.ParseUint(attribute("/proc/sys/kernel", "tainted"), 10, 64)
	return bits
}

// Wait is what [New] is given on real hardware: SCSI buses take 3 to 4 s.
const Wait = 5 * time.Second
