// Package qemu boots kernels and disk images on emulated boards and reads what
// they say on the serial port.
//
// It always runs with the TCG accelerator and one CPU. On some machines
// /dev/kvm exists and an unmodified guest dies in it, and with two CPUs one of
// four boots of Linux 6.12 crashed under TCG; fifty with one did not.
package qemu

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
)

// Program is the emulator's name, in Debian's package qemu-system-x86.
const Program = "qemu-system-x86_64"

// ErrNotInstalled says that there is no QEMU.
var ErrNotInstalled = errors.New(Program + " is not installed")

// Board is an emulated PC.
type Board struct {
	Machine  string   // "q35" (default) or "pc"
	MemoryMB int      // 256 by default
	Firmware Firmware // BIOS by default
	Devices  []string // values of -device, in the order of their slots
	Drives   []Drive

	Kernel string // boot this kernel directly …
	Initrd string // … with this initramfs
	Append string // … and this command line

	Extra []string // further arguments

	// Monitor is where QEMU opens a Unix socket that takes the commands of its
	// monitor, such as device_add; "" is none.
	Monitor string

	// Answer is typed on the serial port once Prompt has appeared there.
	Prompt, Answer string
}

// Drive is a disk image that a device of the board uses as drive=ID.
type Drive struct {
	ID       string
	File     string
	Snapshot bool // writes go to a temporary file, the image stays as it is
	ReadOnly bool
}

// Args returns QEMU's arguments. The guest's first serial port is stdin and
// stdout; a reset ends QEMU, so that a kernel that panics does not boot again.
func (b Board) Args() []string {
	args := []string{
		"-accel", "tcg", "-smp", "1", "-cpu", "max",
		"-machine", cmp.Or(b.Machine, "q35"),
		"-m", strconv.Itoa(cmp.Or(b.MemoryMB, 256)),
		"-nodefaults", "-no-user-config", "-vga", "std", "-display", "none",
		"-serial", "stdio", "-monitor", b.monitor(), "-no-reboot",
	}
	args = append(args, b.Firmware.args()...)
	for _, d := range b.Drives {
		args = append(args, "-drive", d.String())
	}
	for _, d := range b.Devices {
		args = append(args, "-device", d)
	}
	if b.Kernel != "" {
		args = append(args, "-kernel", b.Kernel, "-initrd", b.Initrd, "-append", b.Append)
	}
	return append(args, b.Extra...)
}

func (b Board) monitor() string {
	if b.Monitor == "" {
		return "none"
	}
	return "unix:" + b.Monitor + ",server=on,wait=off"
}

// String returns the value of -drive. A comma in a file name is doubled, as
// QEMU wants it.
func (d Drive) String() string {
	snapshot := "off"
	if d.Snapshot {
		snapshot = "on"
	}
	if d.ReadOnly {
		snapshot += ",readonly=on"
	}
	return fmt.Sprintf("if=none,format=raw,id=%s,snapshot=%s,file=%s", d.ID, snapshot, strings.ReplaceAll(d.File, ",", ",,"))
}

// Run boots the board, copies what comes from its serial port to console as it
// comes, and returns all of it when the board powers off. What is read from
// keys is typed there; nil types nothing. When ctx ends QEMU is killed; the
// output so far and ctx's error are returned.
func Run(ctx context.Context, b Board, console io.Writer, keys io.Reader) (Output, error) {
	cmd, err := Command(ctx, b)
	if err != nil {
		return nil, err
	}
	typed, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	serial := &serialPort{prompt: []byte(b.Prompt), answer: []byte(b.Answer), typed: typed}
	var complaints capped
	cmd.Stdout = io.MultiWriter(serial, console)
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if keys != nil {
		go io.Copy(typed, keys)
	}
	err = cmd.Wait()
	if ctx.Err() != nil {
		return serial.data, ctx.Err()
	}
	if err != nil {
		return serial.data, fmt.Errorf("%s: %w: %s", Program, err, strings.TrimSpace(string(complaints.data)))
	}
	return serial.data, nil
}

// Command returns QEMU's command for the board, not started.
func Command(ctx context.Context, b Board) (*exec.Cmd, error) {
	path, err := exec.LookPath(Program)
	if err != nil {
		return nil, ErrNotInstalled
	}
	return exec.CommandContext(ctx, path, b.Args()...), nil
}
