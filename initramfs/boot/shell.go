package boot

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/modscout/modscout/initramfs/layout"
)

// keyShell starts the shell, in an image that has one.
var keyShell = Key{"x", "x shell", "u-root's shell on this console; exit comes back"}

var errNoTerminal = errors.New("it needs a terminal")

// shellPath is u-root's shell in an image that was built with it.
var shellPath = filepath.Join("/", layout.ShellPath)

// HasShell says whether this image was built with u-root's shell.
func HasShell() bool {
	_, err := os.Stat(shellPath)
	return err == nil
}

// HasShell is the function of that name.
func (*linux) HasShell() bool { return HasShell() }

// ImageKeys lists the keys that this image has, for people.
func ImageKeys() []Key {
	if HasShell() {
		return append(slices.Clone(Keys), keyShell)
	}
	return Keys
}

// isShellKey says whether a key starts the shell.
func (s *session) isShellKey(key byte) bool { return s.hasShell && key|0x20 == keyShell.Keys[0] }

// shell gives a console to the shell until that ends. It runs where the keys of
// this console are read, so that nobody else takes them; the other consoles, and
// the steps, go on.
func (s *session) shell(c console) {
	c.Replace([]byte("u-root's shell: ls /bbin lists its commands, exit comes back. It can write to any disk.\n"))
	if err := s.system.Shell(c); err != nil {
		fmt.Fprintf(c, "modscout: shell: %v\n", err)
	}
}

// Shell runs the shell on a console, in a session of its own of which the
// console is the controlling terminal. What becomes of it harms nobody else: it
// dies with us, and not we with it.
func (*linux) Shell(c console) error {
	t, ok := c.(*tty)
	if !ok {
		return errNoTerminal
	}
	return t.lend(func(terminal *os.File) error {
		// The signal is sent when the thread ends that started the child.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		cmd := exec.Command(shellPath)
		cmd.Dir = "/"
		cmd.Env = []string{"HOME=/", "PATH=" + filepath.Dir(shellPath), "TERM=linux"}
		cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Pdeathsig: syscall.SIGKILL}
		return cmd.Run()
	})
}

// lend gives the terminal to run as a person expects one, with lines that can be
// edited and Ctrl-C. When the first of a session ends, the kernel hangs up its
// terminal, and whatever was open of it is dead (disassociate_ctty in
// drivers/tty/tty_jobctrl.c): it is opened anew, as it was set before.
func (t *tty) lend(run func(terminal *os.File) error) error {
	name := t.file.Load().Name()
	terminal, err := os.OpenFile(name, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return err
	}
	defer terminal.Close()
	t.lent.Store(true)
	defer t.lent.Store(false)
	if err := t.cooked(); err != nil {
		return err
	}
	err = run(terminal)
	again, openErr := os.OpenFile(name, os.O_RDWR|unix.O_NOCTTY, 0)
	if openErr != nil {
		return errors.Join(err, openErr)
	}
	t.file.Swap(again).Close()
	return errors.Join(err, t.cooked(), t.raw())
}
