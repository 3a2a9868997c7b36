package boot

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// console is one place where a person or a program reads along.
type console interface {
	io.ReadWriter
	Size() Size
	Serial() bool        // a program may read it
	Replace(text []byte) // clear the screen, then write
}

// screens are all consoles of the machine.
type screens []console

// progress writes one line to each.
func (s screens) progress(line string) {
	for _, c := range s {
		fmt.Fprintln(c, line)
	}
}

// echo writes what is being typed to each.
func (s screens) echo(text string) {
	for _, c := range s {
		io.WriteString(c, text)
	}
}

func (s screens) where(wanted func(console) bool) screens {
	return slices.DeleteFunc(slices.Clone(s), func(c console) bool { return !wanted(c) })
}

func isSerialPort(c console) bool { return c.Serial() }

func isScreen(c console) bool { return !c.Serial() }

// tty is a console of Linux.
type tty struct {
	file   atomic.Pointer[os.File] // anew after a shell
	serial bool
	lent   atomic.Bool // to a shell: what is written meanwhile is thrown away
}

// openTTY opens a console, "/dev/ttyS0". O_NOCTTY: PID 1 wants no controlling
// terminal and no Ctrl-C.
func openTTY(name string, serial bool) (*tty, error) {
	file, err := os.OpenFile(name, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	t := &tty{serial: serial}
	t.file.Store(file)
	return t, nil
}

// writeLimit bounds one write: a serial port whose other side holds it with
// flow control would block for ever.
const writeLimit = 30 * time.Second

// openConsoles opens what the kernel itself prints on: the screen (tty0) and
// the serial ports given with console=. Without that list /dev/console is
// taken.
func openConsoles() []console {
	names := []string{"console"}
	if active, err := os.ReadFile("/sys/class/tty/console/active"); err == nil {
		names = strings.Fields(string(active))
	}
	var all []console
	for _, name := range names {
		if t, err := openTTY("/dev/"+name, isSerial(name)); err == nil {
			all = append(all, t)
		}
	}
	return all
}

// isSerial reports whether a console is no virtual terminal: tty0 is one,
// ttyS0 and hvc0 are not.
func isSerial(name string) bool {
	number, isTTY := strings.CutPrefix(name, "tty")
	return !isTTY || strings.TrimLeft(number, "0123456789") != ""
}

// Serial says whether this is a serial port, and not a screen.
func (t *tty) Serial() bool { return t.serial }

// Size asks the terminal; a serial port does not know and counts as 80x25.
func (t *tty) Size() Size {
	var width, height int
	err := t.control(func(fd int) (err error) {
		width, height, err = term.GetSize(fd)
		return err
	})
	if err != nil || width <= 0 || height <= 0 {
		return Size{80, 25}
	}
	return Size{width, height}
}

// Write prints p; it waits no longer than a console may take.
func (t *tty) Write(p []byte) (int, error) {
	if t.lent.Load() {
		return len(p), nil
	}
	file := t.file.Load()
	file.SetWriteDeadline(time.Now().Add(writeLimit)) // no effect where the device cannot poll
	return file.Write(p)
}

// Read waits for keys.
func (t *tty) Read(p []byte) (int, error) { return t.file.Load().Read(p) }

// Replace shows text in place of what the console shows.
func (t *tty) Replace(text []byte) {
	if !t.serial {
		io.WriteString(t, "\x1b[H\x1b[2J")
	}
	t.Write(text)
}

// raw makes keys arrive at once, and Ctrl-C as any other. What is written stays
// as it is: [term.MakeRaw] would take the carriage return from each line end.
func (t *tty) raw() error {
	return t.set(func(state *unix.Termios) {
		state.Iflag &^= unix.IXON
		state.Lflag &^= unix.ICANON | unix.ECHO | unix.ISIG | unix.IEXTEN
		state.Cc[unix.VMIN], state.Cc[unix.VTIME] = 1, 0
	})
}

// cooked makes lines arrive, which the terminal shows and lets be edited, as
// programs want it that are none of ours.
func (t *tty) cooked() error {
	return t.set(func(state *unix.Termios) {
		state.Iflag |= unix.IXON | unix.ICRNL
		state.Oflag |= unix.OPOST | unix.ONLCR
		state.Lflag |= unix.ICANON | unix.ECHO | unix.ECHOE | unix.ISIG | unix.IEXTEN
	})
}

// set changes how the terminal treats what is typed and written.
func (t *tty) set(change func(*unix.Termios)) error {
	return t.control(func(fd int) error {
		state, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		if err != nil {
			return err
		}
		change(state)
		return unix.IoctlSetTermios(fd, unix.TCSETS, state)
	})
}

// control calls fn with the descriptor. [os.File.Fd] would make writes block
// without a time limit.
func (t *tty) control(fn func(fd int) error) error {
	conn, err := t.file.Load().SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Control(func(fd uintptr) { failed = fn(int(fd)) })
	return errors.Join(err, failed)
}
