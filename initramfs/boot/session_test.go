package boot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
)

// fakeConsole is a screen or a serial port in memory.
type fakeConsole struct {
	bytes.Buffer
	serial bool
}

func (c *fakeConsole) Size() Size          { return Size{80, 25} }
func (c *fakeConsole) Serial() bool        { return c.serial }
func (c *fakeConsole) Replace(text []byte) { c.Write(text) }

// fakeSystem is a machine on which everything works unless told otherwise.
type fakeSystem struct {
	options        Options
	screen, serial fakeConsole
	mountErr       error
	blind          bool // no console opens
	noManifest     error
	damaged, bad   []error
	loud           bool // USB never settles
	stick          string
	stickErr       error

	media []medium

	ports     []port // what asking for addresses gives
	asked     int    // how often it was asked
	lose      func() // to be called when an address is lost
	listenErr error
	changes   chan error

	shell func(console) error // nil: the image has none
}

func (f *fakeSystem) Mount() error           { return f.mountErr }
func (f *fakeSystem) Options() Options       { return f.options }
func (f *fakeSystem) ReadManifest() error    { return f.noManifest }
func (f *fakeSystem) CheckManifest() []error { return f.damaged }
func (f *fakeSystem) LoadModules() []error   { return f.bad }
func (f *fakeSystem) SpareMemory()           {}
func (f *fakeSystem) HasShell() bool         { return f.shell != nil }
func (f *fakeSystem) Shell(c console) error  { return f.shell(c) }
func (f *fakeSystem) PowerOff()              {}
func (f *fakeSystem) Reboot()                {}

func (f *fakeSystem) Uptime() time.Duration { return 0 }

func (f *fakeSystem) Consoles() []console {
	if f.blind {
		return nil
	}
	return []console{&f.screen, &f.serial}
}

func (f *fakeSystem) Settle(_ context.Context, look func()) (bool, error) {
	look()
	return !f.loud, nil
}

func (f *fakeSystem) Network(_ context.Context, lost func()) ([]port, error) {
	f.asked++
	f.lose = lost
	return f.ports, nil
}

func (f *fakeSystem) Media(string) ([]medium, error) { return f.media, nil }

func (f *fakeSystem) Medium(_ context.Context, m medium, fn func(string) error) error {
	return fn(filepath.Join(f.stick, m.Name))
}

func (f *fakeSystem) Listen() (net.Listener, error) {
	if f.listenErr != nil {
		return nil, f.listenErr
	}
	return net.Listen("tcp", "127.0.0.1:0")
}

func (f *fakeSystem) Changed(context.Context) error { return <-f.changes }

func (f *fakeSystem) Stick(_ context.Context, _ string, fn func(string) error) error {
	if f.stickErr != nil {
		return f.stickErr
	}
	return fn(f.stick)
}

// sampleParts find one device and recommend nothing for it.
func sampleParts() Parts {
	return Parts{
		Tool: "modscout test",
		Scan: func(context.Context) (*report.Report, error) {
			return &report.Report{Schema: report.Schema, Source: report.Source{Kind: "sysfs"}, Devices: []report.Device{{ID: "pci:0000:00:02.0", Bus: "pci"}}}, nil
		},
		Recommend: func(context.Context, *report.Report, Options) (*plan.Plan, error) {
			return &plan.Plan{Schema: plan.Schema, Platform: plan.Platform{ID: "linux:test"}}, nil
		},
		Show: func(w io.Writer, p *plan.Plan, r *report.Report, size Size) error {
			platform := "none"
			if p != nil {
				platform = p.Platform.ID
			}
			_, err := fmt.Fprintf(w, "USE %s for %d devices in %d lines\n", platform, len(r.Devices), size.Height)
			return err
		},
		Pack: func(_ context.Context, _ *plan.Plan, _ *report.Report, dir string) error {
			return os.WriteFile(filepath.Join(dir, "user_config.json"), []byte("{}"), 0o644)
		},
	}
}

func start(t *testing.T, parts Parts, system *fakeSystem) *session {
	t.Helper()
	system.serial.serial = true
	s := newSession(parts, system)
	s.run(t.Context())
	return s
}

func TestRun(t *testing.T) {
	system := &fakeSystem{stick: t.TempDir(), options: Options{Stick: "12345678"}}
	s := start(t, sampleParts(), system)
	if len(s.report.Source.Warnings) > 0 || s.report.Source.Complete != nil {
		t.Errorf("a good run warns: %+v", s.report.Source)
	}
	want := "modscout: looking at this machine ...\n" +
		"USE linux:test for 1 devices in 22 lines\n" +
		"Saved on the stick in modscout/.\n" + keysHelp + "\n"
	if diff := cmp.Diff(want, system.screen.String()); diff != "" {
		t.Errorf("screen mismatch (-want +got):\n%s", diff)
	}
	wantNames := []string{"modscout/pack/user_config.json", "modscout/plan.json", "modscout/report.json"}
	if diff := cmp.Diff(wantNames, files(t, system.stick)); diff != "" {
		t.Errorf("stick mismatch (-want +got):\n%s", diff)
	}
	for _, marker := range []string{"BEGIN MODSCOUT REPORT", "END MODSCOUT REPORT", "BEGIN MODSCOUT PLAN", "END MODSCOUT PLAN"} {
		if n := strings.Count(system.serial.String(), "-----"+marker+"-----\n"); n != 1 {
			t.Errorf("serial port has %s %d times, want once", marker, n)
		}
		if strings.Contains(system.screen.String(), marker) {
			t.Errorf("screen has %s", marker)
		}
	}
}

// TestRunGoesOn breaks one part after the other: what is left must still be
// shown, and the failure must be told.
func TestRunGoesOn(t *testing.T) {
	failure := errors.New("out of luck")
	panics := func(parts *Parts) {
		parts.Scan = func(context.Context) (*report.Report, error) { panic("scan went wrong") }
	}
	tests := []struct {
		name    string
		parts   func(*Parts)
		system  fakeSystem
		screen  string // must be on it
		warning string // code in the report
	}{
		{"damaged", nil, fakeSystem{damaged: []error{failure}}, "NOT COMPLETE (1): initramfs-damaged: out of luck", "initramfs-damaged"},
		{"without a manifest", nil, fakeSystem{noManifest: failure}, "NOT COMPLETE (1): initramfs-damaged: out of luck", "initramfs-damaged"},
		{"nothing mounts", nil, fakeSystem{mountErr: failure}, "NOT COMPLETE (1): mount-failed: out of luck", "mount-failed"},
		{"module", nil, fakeSystem{bad: []error{failure, failure}}, "NOT COMPLETE (2): module-not-loaded: out of luck\n", "module-not-loaded"},
		{"scan panics", panics, fakeSystem{}, "panic: scan went wrong at ", "scan-failed"},
		{"no stick", nil, fakeSystem{stickErr: errNoStick, options: Options{Stick: "12345678"}}, "NOT SAVED on the stick", ""},
		{"recommend fails", func(p *Parts) {
			p.Recommend = func(context.Context, *report.Report, Options) (*plan.Plan, error) { return nil, failure }
		}, fakeSystem{}, "USE none for 1 devices", ""},
		{"show panics", func(p *Parts) {
			p.Show = func(io.Writer, *plan.Plan, *report.Report, Size) error { panic("no screen") }
		},
			fakeSystem{}, keysHelp, ""},
		{"nothing works", func(p *Parts) { *p = Parts{} }, fakeSystem{}, keysHelp, "scan-failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			parts := sampleParts()
			if tt.parts != nil {
				tt.parts(&parts)
			}
			s := start(t, parts, &tt.system)
			if !strings.Contains(tt.system.screen.String(), tt.screen) {
				t.Errorf("screen lacks %q:\n%s", tt.screen, &tt.system.screen)
			}
			if !strings.Contains(tt.system.serial.String(), "-----END MODSCOUT REPORT-----") {
				t.Errorf("no report on the serial port:\n%s", &tt.system.serial)
			}
			checkWarning(t, s.report, tt.warning)
		})
	}
}

// TestBlind runs without any console: the answer is on the stick all the same.
func TestBlind(t *testing.T) {
	system := &fakeSystem{blind: true, stick: t.TempDir(), options: Options{Stick: "12345678"}}
	start(t, sampleParts(), system)
	for _, name := range []string{"report.json", "plan.json"} {
		if _, err := os.Stat(filepath.Join(system.stick, StickDir, name)); err != nil {
			t.Error(err)
		}
	}
}

func checkWarning(t *testing.T, r *report.Report, code string) {
	t.Helper()
	if code == "" {
		return
	}
	if len(r.Source.Warnings) == 0 || r.Source.Warnings[0].Code != code {
		t.Errorf("warnings = %+v, want %s first", r.Source.Warnings, code)
	}
	if r.Source.Complete == nil || *r.Source.Complete {
		t.Error("the report calls itself complete")
	}
}

func TestNotSettled(t *testing.T) {
	s := start(t, sampleParts(), &fakeSystem{loud: true})
	if settled := s.report.Source.Settled; settled == nil || *settled {
		t.Errorf("settled = %v, want false", settled)
	}
}

func TestHangingStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		parts := sampleParts()
		parts.Scan = func(context.Context) (*report.Report, error) { <-release; return nil, nil }
		began := time.Now()
		s := start(t, parts, &fakeSystem{})
		if took := time.Since(began); took != limitScan {
			t.Errorf("waited %v for a scan that hangs, want %v", took, limitScan)
		}
		checkWarning(t, s.report, "scan-failed")
	})
}

func TestPress(t *testing.T) {
	var pressed strings.Builder
	s := newSession(Parts{}, keySystem{&fakeSystem{}, &pressed})
	for _, key := range []byte("xrRpP\x03") {
		s.press(t.Context(), key)
	}
	if want := "reboot reboot off off "; pressed.String() != want {
		t.Errorf("pressed %q, want %q", pressed.String(), want)
	}
}

type keySystem struct {
	*fakeSystem
	pressed *strings.Builder
}

func (k keySystem) PowerOff() { k.pressed.WriteString("off ") }
func (k keySystem) Reboot()   { k.pressed.WriteString("reboot ") }

// TestPages presses keys after the answer: the same key turns pages and begins
// again, another key begins at its first.
func TestPages(t *testing.T) {
	parts := sampleParts()
	parts.Pages = func(key byte, _ *plan.Plan, _ *report.Report, size Size) ([]string, error) {
		return []string{fmt.Sprintf("%c one, %d lines", key, size.Height), fmt.Sprintf("%c two\n", key)}, nil
	}
	system := &fakeSystem{}
	s := start(t, parts, system)
	system.screen.Reset()
	for _, key := range []byte("oOoq") {
		s.press(t.Context(), key)
	}
	const tail = " next page, a answer, r reboot, p power off\n"
	want := "o one, 24 lines\nPage 1 of 2. o" + tail + "o two\nPage 2 of 2. o" + tail +
		"o one, 24 lines\nPage 1 of 2. o" + tail + "q one, 24 lines\nPage 1 of 2. q" + tail
	if diff := cmp.Diff(want, system.screen.String()); diff != "" {
		t.Errorf("screen mismatch (-want +got):\n%s", diff)
	}
}

// What goes wrong behind a key leaves the others as they are.
func TestPagesFail(t *testing.T) {
	parts := sampleParts()
	parts.Pages = func(byte, *plan.Plan, *report.Report, Size) ([]string, error) { panic("no page") }
	system := &fakeSystem{}
	s := start(t, parts, system)
	system.screen.Reset()
	s.press(t.Context(), KeyHelp)
	s.press(t.Context(), KeyAnswer)
	if got := system.screen.String(); !strings.Contains(got, "panic: no page") || !strings.HasSuffix(got, keysHelp+"\n") {
		t.Errorf("screen = %q, want the panic and then the answer", got)
	}
	orphan := newSession(sampleParts(), system) // PID 1 whose child died has no report
	orphan.open(t.Context())
	system.screen.Reset()
	orphan.press(t.Context(), KeyDevices)
	orphan.press(t.Context(), KeyAnswer)
	if got := system.screen.String(); got != keysHelp+"\n" {
		t.Errorf("without a report the screen is %q, want the keys alone", got)
	}
}

// A stick that came later gets the answer when s is pressed.
func TestSaveAgain(t *testing.T) {
	system := &fakeSystem{stickErr: errNoStick, stick: t.TempDir(), options: Options{Stick: "12345678"}}
	s := start(t, sampleParts(), system)
	system.stickErr = nil
	s.press(t.Context(), 's')
	if _, err := os.Stat(filepath.Join(system.stick, StickDir, "report.json")); err != nil || !strings.Contains(system.screen.String(), "Saved on the stick") {
		t.Errorf("after s: %v, screen:\n%s", err, &system.screen)
	}
}

// TestCatalogs reads the catalogues of the stick before it recommends. What is
// left out is told below the answer, in few lines.
func TestCatalogs(t *testing.T) {
	parts := sampleParts()
	var dirs []string
	parts.Catalogs = func(dir string) []error {
		dirs = append(dirs, dir)
		if dir == "/modscout/catalogs" {
			return nil
		}
		return []error{errors.New("one"), errors.New("two"), errors.New("three"), errors.New("four"), errors.New("five")}
	}
	recommend := parts.Recommend
	parts.Recommend = func(ctx context.Context, r *report.Report, o Options) (*plan.Plan, error) {
		if len(dirs) != 2 {
			t.Errorf("it recommends after reading %q", dirs)
		}
		return recommend(ctx, r, o)
	}
	system := &fakeSystem{stick: t.TempDir(), options: Options{Stick: "12345678"}}
	start(t, parts, system)
	want := "A catalogue is left out: one.\nA catalogue is left out: two.\nA catalogue is left out: three.\n2 more catalogues are left out.\n" + keysHelp + "\n"
	if got := system.screen.String(); !strings.HasSuffix(got, want) {
		t.Errorf("the screen lacks %q:\n%s", want, got)
	}
	if diff := cmp.Diff([]string{"/modscout/catalogs", filepath.Join(system.stick, "modscout/catalogs")}, dirs); diff != "" {
		t.Errorf("directories mismatch (-want +got):\n%s", diff)
	}
}
