package boot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/insomniacslk/dhcp/dhcpv4"
	"github.com/insomniacslk/dhcp/dhcpv4/nclient4"
	"github.com/u-root/u-root/pkg/dhclient"
	"github.com/vishvananda/netlink"
)

// How long a port may take: gigabit Ethernet agrees on its speed in 2 to 4 s,
// and a DHCP message that is lost is sent again after 3 and 6 s, each pause
// twice the one before as RFC 2131 wants, section 4.1.
const (
	portTime  = 30 * time.Second
	linkTime  = 8 * time.Second
	askTime   = 3 * time.Second
	askRounds = 3
)

var (
	errNoCarrier = errors.New("no cable, or nothing at its other end")
	errNoDHCP    = errors.New("no DHCP server gave an address")
)

// Network asks for an IPv4 address on every wired port with a carrier, all at
// once, and sets up addresses, routes and name servers. The addresses are kept
// until it is called again; lost is called when one of them cannot be.
func (l *linux) Network(ctx context.Context, lost func()) ([]port, error) {
	if l.forget != nil {
		l.forget()
	}
	var kept context.Context
	kept, l.forget = context.WithCancel(context.Background())
	ctx, cancel := context.WithTimeout(ctx, portTime)
	defer cancel()
	// Where the processor has no random numbers the kernel's are not ready at
	// once. The DHCP client would ask for them in a busy loop; this one waits.
	if _, err := rand.Read(make([]byte, 1)); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(dhclient.ResolvConfPath), 0o755); err != nil {
		return nil, err
	}
	links, err := netlink.LinkList()
	if err != nil {
		return nil, err
	}
	links = slices.DeleteFunc(links, func(l netlink.Link) bool { return !isWired("/sys/class/net", l.Attrs()) })
	ports := make([]port, len(links))
	var all sync.WaitGroup
	for i, link := range links {
		all.Go(func() {
			ports[i].Name = link.Attrs().Name
			lease, address, err := ask(ctx, link)
			ports[i].Address, ports[i].Err = address, err
			if err == nil {
				go hold(kept, link, lease, lost)
			}
		})
	}
	all.Wait()
	return ports, nil
}

// isWired says whether an interface is a network card's port: Ethernet, of a
// device, and without an antenna.
func isWired(sys string, link *netlink.LinkAttrs) bool {
	has := func(name string) bool {
		_, err := os.Stat(filepath.Join(sys, link.Name, name))
		return err == nil
	}
	return link.EncapType == "ether" && has("device") && !has("wireless") && !has("phy80211")
}

// ask sets a port up, waits for its carrier and asks for an address.
func ask(ctx context.Context, link netlink.Link) (lease *nclient4.Lease, address netip.Prefix, err error) {
	name := link.Attrs().Name
	if _, err := dhclient.IfUp(name, linkTime); err != nil {
		return nil, address, errNoCarrier
	}
	client, err := newClient(name)
	if err != nil {
		return nil, address, err
	}
	defer client.Close()
	lease, err = client.Request(ctx, dhcpv4.WithRequestedOptions(
		dhcpv4.OptionSubnetMask, dhcpv4.OptionRouter, dhcpv4.OptionDomainNameServer, dhcpv4.OptionClasslessStaticRoute))
	if errors.Is(err, nclient4.ErrNoResponse) || errors.Is(err, context.DeadlineExceeded) {
		return nil, address, errNoDHCP
	}
	if err != nil {
		return nil, address, fmt.Errorf("asking for an address: %w", err)
	}
	given := dhclient.NewPacket4(link, lease.ACK)
	if err := given.Configure(); err != nil {
		return nil, address, err
	}
	address, err = netip.ParsePrefix(given.Lease().String())
	return lease, address, err
}

func newClient(port string) (*nclient4.Client, error) {
	return nclient4.New(port, nclient4.WithTimeout(askTime), nclient4.WithRetry(askRounds))
}
