package scan

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// Uevents are the kernel's messages about devices that come, change and go, from
// the netlink family NETLINK_KOBJECT_UEVENT. That something happened is all
// that they tell here: what is there, sysfs says.
type Uevents struct{ socket int }

// ListenUevents opens the kernel's own group, for which no privilege is needed.
// Messages from now on are kept until they are asked for.
func ListenUevents() (*Uevents, error) {
	const kernel = 1 // group 2 is udev's
	socket, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_KOBJECT_UEVENT)
	if err != nil {
		return nil, err
	}
	if err := unix.Bind(socket, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: kernel}); err != nil {
		unix.Close(socket)
		return nil, err
	}
	return &Uevents{socket}, nil
}

// Close ends the listening.
func (u *Uevents) Close() error { return unix.Close(u.socket) }

// Quiet waits for one message and reports whether none came for so long. That
// the socket could not hold all of them (ENOBUFS) means that there were some.
func (u *Uevents) Quiet(wait time.Duration) (bool, error) {
	limit := unix.NsecToTimeval(wait.Nanoseconds())
	if err := unix.SetsockoptTimeval(u.socket, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &limit); err != nil {
		return false, err
	}
	var message [4096]byte
	switch _, err := unix.Read(u.socket, message[:]); {
	case errors.Is(err, unix.EAGAIN):
		return true, nil
	case err == nil, errors.Is(err, unix.EINTR), errors.Is(err, unix.ENOBUFS):
		return false, nil
	default:
		return false, err
	}
}
