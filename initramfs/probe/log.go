package probe

import (
	"bytes"
	"errors"
	"strings"

	"golang.org/x/sys/unix"
)

// A Log is the kernel's, read from /dev/kmsg. The zero value has no messages.
type Log struct{ open *int }

// OpenLog opens the log at its oldest message. Where it must not be read, the
// log has no messages.
func OpenLog() Log {
	fd, err := unix.Open("/dev/kmsg", unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return Log{}
	}
	return Log{&fd}
}

// Close lets go of the log.
func (l Log) Close() {
	if l.open != nil {
		unix.Close(*l.open)
	}
}

// Skip goes to the end.
func (l Log) Skip() {
	if l.open != nil {
		unix.Seek(*l.open, 0, unix.SEEK_END)
	}
}

// maxLines is the most that one Read returns: more than the kernel's ring holds
// by default.
const maxLines = 1 << 16

// Read returns the messages since the last Read, one a line. A record is
// "level,sequence,time,flags;text" and may have lines about it behind
// (Documentation/ABI/testing/dev-kmsg).
func (l Log) Read() (lines []string) {
	record := make([]byte, 8192) // CONSOLE_EXT_LOG_MAX of linux/printk.h
	for l.open != nil && len(lines) < maxLines {
		n, err := unix.Read(*l.open, record)
		if errors.Is(err, unix.EPIPE) {
			continue // the oldest were overwritten meanwhile
		}
		if err != nil || n <= 0 {
			break
		}
		_, text, _ := bytes.Cut(record[:n], []byte{';'})
		line, _, _ := strings.Cut(string(text), "\n")
		lines = append(lines, line)
	}
	return lines
}
