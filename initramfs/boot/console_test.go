package boot

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// openPTY makes a terminal, and returns it as a console and its other end.
func openPTY(t *testing.T) (*tty, *os.File) {
	t.Helper()
	other, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		kotest.Missing(t, "no pseudo terminals: "+err.Error())
	}
	t.Cleanup(func() { other.Close() })
	fd := int(other.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	console, err := openTTY(fmt.Sprintf("/dev/pts/%d", number), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { console.file.Load().Close() })
	return console, other
}

// TestRaw writes to a terminal after its keys were made to arrive at once: each
// line still begins at the left, and what is typed comes without Enter.
func TestRaw(t *testing.T) {
	console, other := openPTY(t)
	if err := console.raw(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(console, "one\ntwo\n")
	buffer := make([]byte, 100)
	if n, err := other.Read(buffer); err != nil || string(buffer[:n]) != "one\r\ntwo\r\n" {
		t.Errorf("the terminal got %q, %v", buffer[:n], err)
	}
	fmt.Fprint(other, "p")
	if n, err := console.Read(buffer); err != nil || string(buffer[:n]) != "p" {
		t.Errorf("the key p arrives as %q, %v", buffer[:n], err)
	}
}
