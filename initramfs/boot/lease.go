package boot

import (
	"context"
	"errors"
	"time"

	"github.com/insomniacslk/dhcp/dhcpv4/nclient4"
	"github.com/u-root/u-root/pkg/dhclient"
	"github.com/vishvananda/netlink"
)

// Limits of a lease: one that names no end has none, and where no server
// answers it is asked again after a minute or later (RFC 2131, section 4.4.5).
const (
	noEnd     = 100 * 365 * 24 * time.Hour
	askAgain  = time.Minute
	renewTime = 30 * time.Second
)

var (
	errLeaseEnded = errors.New("the lease has ended")
	errRefused    = errors.New("the server refuses to renew the lease")
)

// A renewer asks a server for more time.
type renewer func(context.Context, *nclient4.Lease) (*nclient4.Lease, error)

// hold keeps a port's address, and takes it from the port when it must not be
// used any more: somebody else may be given it.
func hold(ctx context.Context, link netlink.Link, lease *nclient4.Lease, lost func()) {
	err := keepLease(ctx, lease, func(ctx context.Context, old *nclient4.Lease) (*nclient4.Lease, error) {
		client, err := newClient(link.Attrs().Name)
		if err != nil {
			return nil, err
		}
		defer client.Close()
		return client.Renew(ctx, old)
	})
	if ctx.Err() != nil || err == nil {
		return
	}
	netlink.AddrDel(link, &netlink.Addr{IPNet: dhclient.NewPacket4(link, lease.ACK).Lease()})
	lost()
}

// keepLease renews a lease at half of its time, and where that fails at half of
// what is left. It returns when ctx ends, when the server refuses, or when the
// lease is over.
func keepLease(ctx context.Context, lease *nclient4.Lease, renew renewer) error {
	pause := time.Duration(0)
	for {
		left := time.Until(lease.CreationTime.Add(lease.ACK.IPAddressLeaseTime(noEnd)))
		if left <= 0 {
			return errLeaseEnded
		}
		select {
		case <-time.After(min(max(left/2, pause), left)):
		case <-ctx.Done():
			return ctx.Err()
		}
		renewed, err := within(ctx, renewTime, func(ctx context.Context) (*nclient4.Lease, error) { return renew(ctx, lease) })
		var refused *nclient4.ErrNak
		switch {
		case err == nil:
			lease, pause = renewed, 0
		case errors.As(err, &refused):
			return errRefused
		default:
			pause = askAgain
		}
	}
}
