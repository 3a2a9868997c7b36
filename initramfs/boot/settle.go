package boot

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// How long to wait for the buses. USB has no "enumeration finished" event.
const (
	quietFor    = time.Second
	settleAfter = 10 * time.Second
)

// Settle waits until the kernel announced no device for quietFor, but at most
// settleAfter. It reports whether it became quiet.
func (*linux) Settle(ctx context.Context) (bool, error) {
	events, err := listenUevents()
	if err != nil {
		return false, err
	}
	defer unix.Close(events)
	end := time.Now().Add(settleAfter)
	for time.Now().Before(end) && ctx.Err() == nil {
		quiet, err := waitQuiet(events)
		if quiet || err != nil {
			return quiet, err
		}
	}
	return false, nil
}

// listenUevents opens the kernel's own group of NETLINK_KOBJECT_UEVENT; each
// read from it gives up after quietFor.
func listenUevents() (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_KOBJECT_UEVENT)
	if err != nil {
		return -1, err
	}
	wait := unix.NsecToTimeval(quietFor.Nanoseconds())
	err = errors.Join(
		unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: 1}),
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &wait))
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// waitQuiet reads one event and reports whether none came. An overrun of the
// socket's buffer (ENOBUFS) means that there was more than one.
func waitQuiet(events int) (bool, error) {
	var message [4096]byte
	switch _, err := unix.Read(events, message[:]); {
	case errors.Is(err, unix.EAGAIN):
		return true, nil
	case err == nil, errors.Is(err, unix.EINTR), errors.Is(err, unix.ENOBUFS):
		return false, nil
	default:
		return false, err
	}
}
