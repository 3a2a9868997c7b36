package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/initramfs/probe"
	"github.com/modscout/modscout/initramfs/qemu"
	"github.com/modscout/modscout/modalias/ko/kotest"
	"github.com/modscout/modscout/scan/report"
)

// hostAddress is this machine as QEMU's user network shows it to the guest.
const hostAddress = "10.0.2.2"

// inbox keeps what is sent to it by PUT.
type inbox struct {
	*httptest.Server
	ca  []byte // PEM of who signed its certificate
	mu  sync.Mutex
	got map[string][]byte
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	in := &inbox{got: map[string][]byte{}}
	in.Server = httptest.NewUnstartedServer(in)
	in.Config.ErrorLog = log.New(io.Discard, "", 0)
	var pair tls.Certificate
	pair, in.ca = selfSigned(t)
	in.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	in.StartTLS()
	t.Cleanup(in.Close)
	return in
}

func (in *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if r.Method != http.MethodPut || err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.got[r.URL.Path] = body
}

// url is the inbox as the guest sees it.
func (in *inbox) url(path string) string {
	_, port, _ := net.SplitHostPort(in.Listener.Addr().String())
	return "https://" + net.JoinHostPort(hostAddress, port) + path
}

// selfSigned makes a certificate for this machine as the guest sees it.
func selfSigned(t *testing.T) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.ParseIP(hostAddress)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// guest is a board that runs while the test talks to it.
type guest struct {
	t       *testing.T
	ctx     context.Context
	monitor string
	keys    *io.PipeWriter
	ended   chan error

	mu   sync.Mutex
	said bytes.Buffer
	more chan struct{} // gets a value when it said more
}

// startGuest boots a board for at most five minutes.
func startGuest(t *testing.T, board qemu.Board) *guest {
	t.Helper()
	g := &guest{t: t, ended: make(chan error, 1), more: make(chan struct{}, 1)}
	g.monitor = filepath.Join(t.TempDir(), "monitor")
	board.Monitor = g.monitor
	var cancel context.CancelFunc
	g.ctx, cancel = context.WithTimeout(t.Context(), 5*time.Minute)
	read, write := io.Pipe()
	g.keys = write
	t.Cleanup(func() { cancel(); write.Close() })
	go func() {
		_, err := qemu.Run(g.ctx, board, io.MultiWriter(t.Output(), g), read)
		g.ended <- err
	}()
	return g
}

// Write takes what the guest says on its serial port.
func (g *guest) Write(p []byte) (int, error) {
	g.mu.Lock()
	g.said.Write(p)
	g.mu.Unlock()
	select {
	case g.more <- struct{}{}:
	default:
	}
	return len(p), nil
}

// hears waits until the guest has said something so often.
func (g *guest) hears(text string, times int) {
	g.t.Helper()
	for {
		g.mu.Lock()
		heard := bytes.Count(g.said.Bytes(), []byte(text))
		g.mu.Unlock()
		if heard >= times {
			return
		}
		select {
		case <-g.more:
		case err := <-g.ended:
			g.t.Fatalf("the guest ended (%v) before it said %q %d times", err, text, times)
		}
	}
}

func (g *guest) types(keys string) { io.WriteString(g.keys, keys) }

// command gives one to QEMU's monitor and returns what it answers.
func (g *guest) command(text string) string {
	g.t.Helper()
	conn, err := net.Dial("unix", g.monitor)
	if err != nil {
		g.t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintln(conn, text)
	// Its echo and its next prompt mean that the command was taken.
	buffer, said := make([]byte, 4096), ""
	for strings.Count(said, "(qemu)") < 2 {
		n, err := conn.Read(buffer)
		if err != nil {
			g.t.Fatalf("QEMU's monitor: %v: %s", err, said)
		}
		said += string(buffer[:n])
	}
	return said
}

// waits until the guest has powered off.
func (g *guest) waits() qemu.Output {
	g.t.Helper()
	if err := <-g.ended; err != nil {
		g.t.Fatal(err)
	}
	return qemu.Output(g.said.Bytes())
}

// testPage boots a machine without a network card from a stick that shall try
// drivers, serve the page and send the answer to a server whose certificate is on
// the stick. It can do none of it, until a USB adapter is plugged in. It answers
// from a catalogue of the stick, and another one there is broken.
func testPage(t *testing.T, program string) {
	in := newInbox(t)
	kernel := kotest.Debian(t, "linux-image-amd64")
	image := buildImage(t, program, kernel, filepath.Join(t.TempDir(), "scan.img"),
		"--catalog", addedCatalog(t), "--append", "modscout.serve=1 modscout.probe=1 modscout.debug=1 modscout.platform="+addedPlatform+" modscout.export="+in.url("/up/"))
	addToStick(t, image, "ca.pem", in.ca)
	addToStick(t, image, "catalogs/broken.json", []byte("no catalogue"))
	page, card, fixed := freePort(t), formatted(t), formatted(t)
	before := sha256.Sum256(readFile(t, fixed))
	board := qemu.Plain().WithStick(image, false)
	board.MemoryMB = 512
	board.Extra = []string{"-netdev", "user,id=net,hostfwd=tcp:" + page + "-:80"}
	board.Drives = append(board.Drives, qemu.Drive{ID: "card", File: card}, qemu.Drive{ID: "fixed", File: fixed})
	board.Devices = append(board.Devices, "usb-storage,bus=usb.0,drive=card,removable=on", "ide-hd,bus=ide.0,drive=fixed")
	g := startGuest(t, board)

	g.hears("NO NETWORK: ", 1)
	g.hears("p power off", 1)
	if hasAdapter(t, readStick(t, openStick(t, image), "modscout/report.json")) {
		t.Error("the adapter is in the report before it was plugged in")
	}
	g.command("device_add usb-net,bus=usb.0,netdev=net")
	g.hears("p power off", 2)
	served := fetched(t, "http://"+page+"/report.json")
	if !hasAdapter(t, served) {
		t.Error("the adapter that was plugged in is not in the report")
	}
	if html := fetched(t, "http://"+page+"/"); !bytes.Contains(html, []byte(`id="report">`)) || !bytes.Contains(html, []byte("0525:a4a2")) {
		t.Errorf("the page is not the answer: %.300s", html)
	}
	g.types("w")
	g.hears("w next page", 1)
	g.command("sendkey m") // at the keyboard, which is the screen's
	g.hears("Type its number", 1)
	g.types("1")
	g.hears("Saved on sd", 1)
	g.types("p")
	out := g.waits()
	for _, want := range []string{"cdc_ether: bound by Linux", ": 10.0.2.15/24", "Page: http://10.0.2.15/", "Sent to " + in.url("/up/"), "modscout: network: ", "\x1b[1;37;40m", "  1  sd",
		"(" + addedPlatform + ")", "Data: added of 2099-01-01, default of ", `A catalogue is left out: "broken.json": `} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("the serial port lacks %q", want)
		}
	}
	wantProbed(t, out, served)
	for what, got := range map[string][]byte{
		"sent": in.got["/up/report.json"], "on the stick": readStick(t, openStick(t, image), "modscout/report.json"),
		"on the other medium": runTool(t, "mtools", "mtype", "-i", card, "::modscout/report.json"),
	} {
		if diff := cmp.Diff(string(served), string(got)); diff != "" {
			t.Errorf("the report %s differs from the page's (-page +other):\n%s", what, diff)
		}
	}
	if len(in.got["/up/plan.json"]) == 0 {
		t.Error("no plan was sent")
	}
	if sha256.Sum256(readFile(t, fixed)) != before {
		t.Error("a disk that is not removable was written to")
	}
}

// wantProbed wants the adapter that was plugged in to have been tried, on its
// insertion, and to be driven.
func wantProbed(t *testing.T, out qemu.Output, served []byte) {
	t.Helper()
	results, err := out.Probe()
	if err != nil {
		t.Fatal(err)
	}
	r := readReport(t, served)
	i := slices.IndexFunc(r.Devices, isAdapter)
	if !slices.ContainsFunc(results, func(result probe.Result) bool {
		return i >= 0 && result.Device == r.Devices[i].ID && result.Module == "cdc_ether" && result.State == probe.Works
	}) {
		t.Errorf("the adapter was not tried when it was plugged in, or does not work: %+v", results)
	}
}

// testRefused is the twin of testPage, from a CD, which has the drivers of
// network cards in its initrd: without the certificate nothing is sent, and
// nothing is served that nobody asked for.
func testRefused(t *testing.T, program string) {
	in := newInbox(t)
	cd := buildImage(t, program, kotest.Debian(t, "linux-image-amd64"), filepath.Join(t.TempDir(), "scan.iso"),
		"--append", "modscout.poweroff=1 modscout.export="+in.url("/up/")+" modscout.serv=1")
	board := qemu.Plain().WithCD(cd)
	board.MemoryMB = 512
	board.Devices = append(board.Devices, "e1000e,netdev=net,romfile=")
	board.Extra = []string{"-netdev", "user,id=net"}
	out := bootBoard(t, board)
	wantReport(t, out)
	for _, want := range []string{"e1000e: bound by Linux", ": 10.0.2.15/24", "NOT SENT to " + in.url("/up/"), "unknown authority", "modscout.serv is no option of this image"} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("the serial port lacks %q", want)
		}
	}
	if bytes.Contains(out, []byte("Page: ")) || len(in.got) > 0 {
		t.Errorf("there is a page, or something was sent: %d files", len(in.got))
	}
}

// addToStick puts a file into the stick's folder, as its owner would.
func addToStick(t *testing.T, image, name string, data []byte) {
	t.Helper()
	runTool(t, "mtools", "mcopy", "-i", image+"@@1M", tempFile(t, name, data), "::modscout/"+name)
}

// formatted is a disk of 16 MB with a FAT file system.
func formatted(t *testing.T) string {
	t.Helper()
	file := tempFile(t, "disk", make([]byte, 16<<20))
	runTool(t, "dosfstools", "mkfs.fat", file)
	return file
}

// runTool runs a program of a Debian package and returns its output.
func runTool(t *testing.T, debian, name string, args ...string) []byte {
	t.Helper()
	out, err := exec.Command(kotest.Tool(t, name, debian), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return out
}

// freePort is an address of this machine that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func fetched(t *testing.T, url string) []byte {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, response.Status, err)
	}
	return data
}

// hasAdapter says whether a report has QEMU's USB network adapter.
func hasAdapter(t *testing.T, data []byte) bool {
	t.Helper()
	r := readReport(t, data)
	return slices.ContainsFunc(r.Devices, isAdapter)
}

func isAdapter(d report.Device) bool {
	return d.Bus == "usb" && d.VendorID == "0525" && d.DeviceID == "a4a2"
}
