package foreign

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/modscout/modscout/modalias/archive"
)

// limits bound what a compressed list or an archive of them expands to.
var limits = archive.Limits{Bytes: 64 << 20, Entries: 1 << 16, Depth: 1, Name: 1 << 12, Window: 64 << 20}

// ErrTree is returned for a captured /sys and /proc where nothing can read it.
var ErrTree = errors.New("a captured tree is not read here")

// unpack returns what a compressed input holds, and others as they are.
func unpack(data []byte) ([]byte, error) {
	r, err := archive.Decompress(bytes.NewReader(data), limits)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// isTar recognises a tar archive by the magic of its first header (POSIX
// ustar, and GNU's).
func isTar(data []byte) bool {
	const at = 257
	return len(data) > at+5 && string(data[at:at+5]) == "ustar"
}

// readArchive takes in a tar archive: a captured /sys and /proc, which
// Options.Tree reads, or logs, of which the lists are taken but no bare ids. A
// loader's are such (RR, menu.sh: logs.tar.gz of /mnt/p1/logs).
func (m *merger) readArchive(packed, data []byte) error {
	tree, err := isTree(data)
	if err != nil {
		return err
	}
	if !tree {
		return archive.Walk(bytes.NewReader(data), limits, m.readMember)
	}
	if m.opts.Tree == nil || m.opts.Kind != "" && m.opts.Kind != "sysfs" {
		return ErrTree
	}
	rep, err := m.opts.Tree(packed)
	if err != nil {
		return fmt.Errorf("reading the tree: %w", err)
	}
	m.addReport(rep)
	return nil
}

// isTree says whether an archive holds a /sys with buses.
func isTree(data []byte) (found bool, err error) {
	err = archive.Walk(bytes.NewReader(data), limits, func(e archive.Entry) error {
		found = found || strings.Contains("/"+e.Name, "/sys/bus/")
		return nil
	})
	return found, err
}

// readMember takes in a file of an archive, if it can be a list.
func (m *merger) readMember(e archive.Entry) error {
	if !e.Regular || e.Size > maxList || strings.Contains("/"+path.Dir(e.Name)+"/", "/sys/") {
		return nil
	}
	data, err := io.ReadAll(e.Body)
	if err != nil {
		return err
	}
	if isOwn(data) && m.opts.Kind != "report" {
		return nil
	}
	_, err = m.readLists(data)
	return err
}
