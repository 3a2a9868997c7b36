package boot

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// A port is a wired network port, and what became of asking for an address.
type port struct {
	Name    string
	Address netip.Prefix // where Err is nil
	Err     error
}

// String is the port with what became of it.
func (p port) String() string {
	if p.Err != nil {
		return p.Name + ": " + p.Err.Error()
	}
	return p.Name + ": " + p.Address.String()
}

var errNoAddress = errors.New("no network address")

// reach takes the answer out by network, as far as the command line or a key
// asks for it, and shows what became of that below the answer.
func (s *session) reach(ctx context.Context) {
	serve := s.options.Serve && !s.options.PowerOff
	if s.report == nil || !serve && s.options.Export == nil {
		return
	}
	s.outcome = nil
	if err := s.network(ctx); err != nil {
		s.tell("NO NETWORK: %v.", err)
	} else {
		s.tell("Network: %s.", s.portsLine())
		if serve {
			s.serve(ctx)
		}
		if s.options.Export != nil {
			s.export(ctx)
		}
	}
	s.show(ctx, s.screens)
}

// tell adds a line to what is said below the answer.
func (s *session) tell(format string, args ...any) {
	s.outcome = append(s.outcome, fmt.Sprintf(format, args...))
}

// network asks for addresses where there is none yet. Only a key or the command
// line asks for it, and only now, when the answer is safe, are the drivers of
// network cards loaded: any of them may take the machine down.
func (s *session) network(ctx context.Context) error {
	if len(s.addresses()) > 0 {
		return nil
	}
	s.screens.progress("modscout: asking for a network address, this takes up to a minute ...")
	s.loadNetworkDrivers(ctx)
	ports, err := within(ctx, limitNetwork, func(ctx context.Context) ([]port, error) {
		return s.system.Network(ctx, s.lose)
	})
	s.ports = ports
	switch {
	case err != nil:
		return err
	case len(ports) == 0:
		return fmt.Errorf("%w: no wired network port has a driver", errNoAddress)
	case len(s.addresses()) == 0:
		return fmt.Errorf("%w: %s", errNoAddress, s.portsLine())
	}
	return nil
}

// lose tells the loop that an address is lost.
func (s *session) lose() {
	select {
	case s.lost <- struct{}{}:
	default: // it knows
	}
}

// readdress asks for new addresses.
func (s *session) readdress(ctx context.Context) {
	s.ports = nil
	s.reach(ctx)
	s.screens.progress(s.lastLine())
}

// addresses are those that were given to the machine.
func (s *session) addresses() (list []netip.Addr) {
	for _, p := range s.ports {
		if p.Err == nil {
			list = append(list, p.Address.Addr())
		}
	}
	return list
}

func (s *session) portsLine() string {
	var texts []string
	for _, p := range s.ports {
		texts = append(texts, p.String())
	}
	return strings.Join(texts, ", ")
}

// loadNetworkDrivers tries the image's drivers on network cards without one.
// What the kernel has built in, or the initramfs was built with, needs no stick.
func (s *session) loadNetworkDrivers(ctx context.Context) {
	cards := s.only(func(d *report.Device) bool { return d.Driver == "" && isCard(d) })
	if s.options.Stick == "" && !hasDrivers() || s.parts.Probe == nil || len(cards.Devices) == 0 {
		return
	}
	results, err := s.tryDrivers(ctx, cards)
	s.complain("network drivers", err)
	for _, r := range results {
		s.screens.progress(r.String())
	}
}

// isCard says whether a device may be a wired network port: by its class, or of
// USB by an interface of the maker's own, which most adapters have.
func isCard(d *report.Device) bool {
	switch d.Bus {
	case "pci":
		return strings.HasPrefix(d.Class, "02") && !strings.HasPrefix(d.Class, "0280") // Wi-Fi
	case "usb":
		return strings.HasPrefix(d.Interface, "02") || strings.HasPrefix(d.Interface, "ff") || strings.HasPrefix(d.Interface, "e001")
	case "virtio":
		return d.DeviceID == "0001"
	case "vmbus", "xen":
		return slices.ContainsFunc(d.Modaliases, func(key string) bool {
			return strings.HasPrefix(key, "vmbus:635161f8") || key == "xen:vif"
		})
	}
	return false
}
