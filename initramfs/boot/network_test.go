package boot

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"

	"github.com/modscout/modscout/initramfs/layout"
	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/scan/report"
)

var (
	wired  = port{Name: "eth0", Address: netip.MustParsePrefix("192.0.2.7/24")}
	noLink = port{Name: "eth1", Err: errNoCarrier}
)

// TestReach has the results of asking for addresses below the answer.
func TestReach(t *testing.T) {
	tests := []struct {
		name   string
		system fakeSystem
		want   string
	}{
		{"page", fakeSystem{ports: []port{wired, noLink}},
			"Network: eth0: 192.0.2.7/24, eth1: no cable, or nothing at its other end.\nPage: http://192.0.2.7/\n" + keysHelp + "\n"},
		{"no cable", fakeSystem{ports: []port{noLink}},
			"NO NETWORK: no network address: eth1: no cable, or nothing at its other end.\n" + keysHelp + "\n"},
		{"no port", fakeSystem{}, "NO NETWORK: no network address: no wired network port has a driver.\n" + keysHelp + "\n"},
		{"port taken", fakeSystem{ports: []port{wired}, listenErr: errors.New("address already in use")},
			"Network: eth0: 192.0.2.7/24.\nNO PAGE: address already in use.\n" + keysHelp + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.system.options.Serve = true
			start(t, sampleParts(), &tt.system)
			if screen := tt.system.screen.String(); !strings.HasSuffix(screen, tt.want) {
				t.Errorf("the screen ends in\n%s\nwant\n%s", screen, tt.want)
			}
		})
	}
}

// TestReachNothing wants no network where nobody asks for it.
func TestReachNothing(t *testing.T) {
	for _, options := range []Options{{}, {Serve: true, PowerOff: true}} {
		system := &fakeSystem{ports: []port{wired}, options: options}
		if start(t, sampleParts(), system); system.asked > 0 {
			t.Errorf("%+v: asked for an address", options)
		}
	}
}

// TestWebKey asks for an address with the key w, again while there is none, and
// shows it as a QR code when there is.
func TestWebKey(t *testing.T) {
	system := &fakeSystem{ports: []port{noLink}}
	s := start(t, sampleParts(), system)
	s.press(t.Context(), 'w')
	if screen := system.screen.String(); !strings.Contains(screen, "NO NETWORK: ") || !strings.HasSuffix(screen, keysHelp+"\n") {
		t.Errorf("without a cable:\n%s", screen)
	}
	system.ports = []port{wired}
	system.screen.Reset()
	s.press(t.Context(), 'W')
	if screen := system.screen.String(); !strings.Contains(screen, "\x1b[1;37;40m") || !strings.Contains(screen, "\nhttp://192.0.2.7/\nPage 1 of 1. w next page") {
		t.Errorf("with a cable:\n%s", screen)
	}
	s.press(t.Context(), 'w')
	if system.asked != 2 {
		t.Errorf("asked %d times for an address, want twice", system.asked)
	}
}

// Mistakes on the command line are told below the answer, which leaves them
// room.
func TestMistakesShown(t *testing.T) {
	system := &fakeSystem{options: Options{Mistakes: []string{"modscout.serv is no option of this image", strings.Repeat("x", 100)}}}
	start(t, sampleParts(), system)
	want := "USE linux:test for 1 devices in 20 lines\nmodscout.serv is no option of this image\n"
	if !strings.Contains(system.screen.String(), want) {
		t.Errorf("screen lacks %q:\n%s", want, &system.screen)
	}
}

// TestNetworkDrivers tries drivers on network cards only, when the report is
// saved.
func TestNetworkDrivers(t *testing.T) {
	stick := t.TempDir()
	if err := os.MkdirAll(filepath.Join(stick, layout.DriversDir, probe.Release()), 0o755); err != nil {
		t.Fatal(err)
	}
	parts := sampleParts()
	parts.Scan = func(context.Context) (*report.Report, error) {
		return &report.Report{Schema: report.Schema, Devices: []report.Device{
			{ID: "ethernet", Bus: "pci", Class: "020000"}, {ID: "wifi", Bus: "pci", Class: "028000"},
			{ID: "bound", Bus: "pci", Class: "020000", Driver: "igc"}, {ID: "disk", Bus: "pci", Class: "010802"},
			{ID: "adapter", Bus: "usb", Interface: "ffff00"}, {ID: "keyboard", Bus: "usb", Interface: "030101"},
			{ID: "virtio", Bus: "virtio", DeviceID: "0001"}, {ID: "virtio disk", Bus: "virtio", DeviceID: "0002"},
			{ID: "hyperv", Bus: "vmbus", Modaliases: []string{"vmbus:635161f83edfc546913ff2d2f965ed0e"}},
		}}, nil
	}
	var tried []string
	parts.Probe = func(_ context.Context, r *report.Report, _ string, _ func(string)) ([]probe.Result, error) {
		if _, err := os.Stat(filepath.Join(stick, StickDir, "report.json")); err != nil {
			t.Error("drivers are loaded before the report is saved")
		}
		for _, d := range r.Devices {
			tried = append(tried, d.ID)
		}
		return []probe.Result{{Device: "ethernet", Module: "e1000e", State: probe.Refused, Why: "too old"}}, nil
	}
	system := &fakeSystem{stick: stick, ports: []port{wired}, options: Options{Stick: "12345678", Serve: true}}
	start(t, parts, system)
	if diff := cmp.Diff([]string{"ethernet", "adapter", "virtio", "hyperv"}, tried); diff != "" {
		t.Errorf("tried devices mismatch (-want +got):\n%s", diff)
	}
	if want := "ethernet  e1000e: refused: too old\n"; !strings.Contains(system.screen.String(), want) {
		t.Errorf("screen lacks %q", want)
	}
}

func TestIsWired(t *testing.T) {
	sys := t.TempDir()
	for _, file := range []string{"eth0/device/x", "wlan0/device/x", "wlan0/phy80211/x", "br0/x", "ib0/device/x"} {
		write(t, filepath.Join(sys, file), nil)
	}
	for name, want := range map[string]bool{"eth0": true, "wlan0": false, "br0": false, "ib0": false} {
		link := netlink.NewLinkAttrs()
		link.Name, link.EncapType = name, map[bool]string{true: "infiniband", false: "ether"}[name == "ib0"]
		if got := isWired(sys, &link); got != want {
			t.Errorf("isWired(%s) = %v, want %v", name, got, want)
		}
	}
}

// TestChanged answers anew where a device came, and not where only its driver
// did.
func TestChanged(t *testing.T) {
	devices := []report.Device{{ID: "pci:0000:00:02.0", Bus: "pci"}}
	parts := sampleParts()
	parts.Scan = func(context.Context) (*report.Report, error) {
		return &report.Report{Schema: report.Schema, Source: report.Source{Kind: "sysfs"}, Devices: devices}, nil
	}
	system := &fakeSystem{stick: t.TempDir(), options: Options{Stick: "12345678", Serve: true}}
	s := start(t, parts, system)
	system.screen.Reset()
	devices = []report.Device{{ID: "pci:0000:00:02.0", Bus: "pci", Driver: "igc"}}
	s.changed(t.Context())
	if system.screen.Len() > 0 {
		t.Errorf("a driver that was loaded is shown:\n%s", &system.screen)
	}
	devices = append(devices, report.Device{ID: "usb:1-1:1.0", Bus: "usb"})
	system.ports = []port{wired}
	s.changed(t.Context())
	for _, want := range []string{"for 2 devices", "Saved on the stick", "Page: http://192.0.2.7/"} {
		if !strings.Contains(system.screen.String(), want) {
			t.Errorf("the screen lacks %q:\n%s", want, &system.screen)
		}
	}
	saved, err := os.Open(filepath.Join(system.stick, StickDir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer saved.Close()
	if r, err := report.Read(saved); err != nil || len(r.Devices) != 2 || r.Tool != "modscout test" {
		t.Errorf("on the stick: %+v, %v", r, err)
	}
	// A network adapter is asked for an address, a keyboard is not.
	asked := system.asked
	devices = append(devices, report.Device{ID: "usb:1-2:1.0", Bus: "usb", Interface: "030101"})
	s.changed(t.Context())
	if system.asked != asked {
		t.Error("a keyboard was plugged in, and an address was asked for")
	}
	devices = append(devices, report.Device{ID: "usb:1-3:1.0", Bus: "usb", Interface: "ffff00"})
	s.changed(t.Context())
	if system.asked != asked+1 {
		t.Error("a network adapter was plugged in, and no address was asked for")
	}
	// A scan that fails leaves the answer as it is.
	parts.Scan = func(context.Context) (*report.Report, error) { return nil, fmt.Errorf("out of luck") }
	s.parts = parts
	if s.changed(t.Context()); len(s.report.Devices) != 4 {
		t.Error("a scan that failed took the report away")
	}
}

// TestEndWatches runs the loop at the end: devices and keys reach it, and a key
// that ends the machine works while a step hangs.
func TestEndWatches(t *testing.T) {
	release, stopped := make(chan struct{}), make(chan struct{})
	scans := 0
	parts := sampleParts()
	scan := parts.Scan
	parts.Scan = func(ctx context.Context) (*report.Report, error) {
		if scans++; scans > 1 {
			<-release
		}
		return scan(ctx)
	}
	system := &stoppingSystem{fakeSystem: &fakeSystem{changes: make(chan error)}, stopped: stopped}
	s := newSession(parts, system)
	s.run(t.Context())
	typed := make(chan byte)
	go s.loop(t.Context(), typed)
	system.changes <- nil
	typed <- 'q' // waits for its turn
	typed <- 'p'
	<-stopped
	close(release)
}

// stoppingSystem tells that it was stopped: again and again, as a machine that
// does not go off is.
type stoppingSystem struct {
	*fakeSystem
	stopped chan struct{}
	once    sync.Once
}

func (s *stoppingSystem) PowerOff() { s.once.Do(func() { close(s.stopped) }) }

// TestKeysWait types while no key is taken: all arrive later, in their order.
func TestKeysWait(t *testing.T) {
	s := newSession(Parts{}, &fakeSystem{})
	typed, keys := make(chan byte), make(chan byte)
	go s.dispatch(typed, keys)
	for _, key := range []byte("dohqqw") {
		typed <- key
	}
	var got []byte
	for range len("dohqqw") {
		got = append(got, <-keys)
	}
	if string(got) != "dohqqw" {
		t.Errorf("keys arrived as %q", got)
	}
}
