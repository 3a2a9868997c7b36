package boot

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/insomniacslk/dhcp/dhcpv4"
	"github.com/insomniacslk/dhcp/dhcpv4/nclient4"
)

// dhcpServer is one at the other end of a wire. It gives leases of an hour and
// answers as told.
type dhcpServer struct {
	answers []dhcpv4.MessageType // to the renewals, in this order; none = it is silent
	began   time.Time
	asked   []int // minutes after began
	replies chan []byte
}

func (s *dhcpServer) WriteTo(data []byte, _ net.Addr) (int, error) {
	m, err := dhcpv4.FromBytes(data)
	if err != nil {
		return 0, err
	}
	if m.MessageType() == dhcpv4.MessageTypeRequest && m.ClientIPAddr.Equal(net.IPv4(192, 0, 2, 7)) {
		s.asked = append(s.asked, int(time.Since(s.began).Minutes()))
	}
	if len(s.answers) > 0 && s.answers[0] != dhcpv4.MessageTypeNone {
		reply, err := dhcpv4.NewReplyFromRequest(m, dhcpv4.WithMessageType(s.answers[0]), dhcpv4.WithYourIP(net.IPv4(192, 0, 2, 7)),
			dhcpv4.WithServerIP(net.IPv4(192, 0, 2, 1)), dhcpv4.WithOption(dhcpv4.OptServerIdentifier(net.IPv4(192, 0, 2, 1))), dhcpv4.WithLeaseTime(3600))
		if err != nil {
			return 0, err
		}
		s.replies <- reply.ToBytes()
	}
	s.answers = s.answers[min(1, len(s.answers)):]
	return len(data), nil
}

func (s *dhcpServer) ReadFrom(p []byte) (int, net.Addr, error) {
	data, open := <-s.replies
	if !open {
		return 0, nil, net.ErrClosed
	}
	return copy(p, data), &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 67}, nil
}

func (s *dhcpServer) Close() error                     { close(s.replies); return nil }
func (s *dhcpServer) LocalAddr() net.Addr              { return &net.UDPAddr{} }
func (s *dhcpServer) SetDeadline(time.Time) error      { return nil }
func (s *dhcpServer) SetReadDeadline(time.Time) error  { return nil }
func (s *dhcpServer) SetWriteDeadline(time.Time) error { return nil }

// TestKeepLease holds a lease of an hour against servers that renew it, fall
// silent, or refuse.
func TestKeepLease(t *testing.T) {
	const ack, nak, silent = dhcpv4.MessageTypeAck, dhcpv4.MessageTypeNak, dhcpv4.MessageTypeNone
	tests := []struct {
		name    string
		answers []dhcpv4.MessageType
		asked   []int // minutes after the lease began
		ends    int
		err     error
	}{
		{"silent", nil, []int{30, 45, 52, 56, 58, 59, 60}, 60, errLeaseEnded},
		{"renews twice, refuses", []dhcpv4.MessageType{ack, ack, nak}, []int{30, 60, 90}, 90, errRefused},
		{"misses one", []dhcpv4.MessageType{silent, ack, nak}, []int{30, 45, 75}, 75, errRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &dhcpServer{answers: tt.answers, began: time.Now(), replies: make(chan []byte, 1)}
				hardware := net.HardwareAddr{2, 0, 0, 0, 0, 1}
				client, err := nclient4.NewWithConn(server, hardware, nclient4.WithTimeout(askTime), nclient4.WithRetry(1))
				if err != nil {
					t.Fatal(err)
				}
				defer client.Close()
				err = keepLease(t.Context(), newLease(t, hardware), func(ctx context.Context, old *nclient4.Lease) (*nclient4.Lease, error) {
					return client.Renew(ctx, old)
				})
				if !errors.Is(err, tt.err) {
					t.Errorf("keepLease() = %v, want %v", err, tt.err)
				}
				if diff := cmp.Diff(tt.asked, server.asked); diff != "" {
					t.Errorf("asked after mismatch (-want +got):\n%s", diff)
				}
				if ends := int(time.Since(server.began).Minutes()); ends != tt.ends {
					t.Errorf("kept for %d minutes, want %d", ends, tt.ends)
				}
			})
		})
	}
}

// newLease is one of an hour that begins now.
func newLease(t *testing.T, hardware net.HardwareAddr) *nclient4.Lease {
	t.Helper()
	given, err := dhcpv4.New(dhcpv4.WithHwAddr(hardware), dhcpv4.WithYourIP(net.IPv4(192, 0, 2, 7)), dhcpv4.WithLeaseTime(3600),
		dhcpv4.WithOption(dhcpv4.OptServerIdentifier(net.IPv4(192, 0, 2, 1))))
	if err != nil {
		t.Fatal(err)
	}
	given.OpCode = dhcpv4.OpcodeBootReply
	return &nclient4.Lease{Offer: given, ACK: given, CreationTime: time.Now()}
}

// TestKeepLeaseEnds with its context, as when addresses are asked for anew.
func TestKeepLeaseEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := keepLease(ctx, newLease(t, net.HardwareAddr{2, 0, 0, 0, 0, 1}), nil)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("keepLease() = %v", err)
		}
	})
}

// TestAddressLost asks for another address where one is lost, and shows the
// page's new place.
func TestAddressLost(t *testing.T) {
	system := &fakeSystem{ports: []port{wired}, options: Options{Serve: true}}
	s := start(t, sampleParts(), system)
	system.ports = []port{{Name: "eth0", Address: netip.MustParsePrefix("192.0.2.99/24")}}
	system.screen.Reset()
	system.lose()
	system.lose()
	if len(s.lost) != 1 {
		t.Errorf("the loop is told %d times, want once", len(s.lost))
	}
	s.readdress(t.Context())
	if got := system.screen.String(); system.asked != 2 || !strings.HasSuffix(got, "Page: http://192.0.2.99/\n"+keysHelp+"\n") {
		t.Errorf("asked %d times, want twice; the screen ends in\n%s", system.asked, got)
	}
}
