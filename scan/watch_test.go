package scan

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/scantest"
)

// script is what happens to a tree: each step is one message from the kernel.
type script struct {
	steps []func()
	at    int
}

// Quiet is quiet after every step. When there is none left, it stays so.
func (s *script) Quiet(time.Duration) (bool, error) {
	if s.at++; s.at%2 == 0 || len(s.steps) == 0 {
		return true, nil
	}
	s.steps[0]()
	s.steps = s.steps[1:]
	return false, nil
}

func TestWatch(t *testing.T) {
	root := scantest.Tree(t, "sys/bus/pci/devices/0000:00:01.0/vendor: 0x8086\n")
	second := filepath.Join(root, "sys/bus/pci/devices/0000:00:02.0")
	ctx, cancel := context.WithCancel(context.Background())
	events := &script{steps: []func(){
		func() { scantest.File(t, filepath.Join(second, "vendor"), "0x10ec") },
		func() {}, // nothing that the report holds
		func() { os.RemoveAll(second) },
		cancel,
	}}
	var seen []int
	err := watch(ctx, Options{Root: root}, events, func(rep *report.Report) error {
		seen = append(seen, len(rep.Devices))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{1, 2, 1}; !slices.Equal(seen, want) {
		t.Errorf("watch() saw %v devices, want %v", seen, want)
	}
}

// TestUevents opens the real socket; nothing needs to happen on it.
func TestUevents(t *testing.T) {
	events, err := ListenUevents()
	if err != nil {
		t.Fatal(err)
	}
	defer events.Close()
	if _, err := events.Quiet(time.Millisecond); err != nil {
		t.Error(err)
	}
}
