package scan

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/modscout/modscout/scan/report"
)

// A Capture is what a scan read of a machine's /sys and /proc. A scan of it
// gives the identical report, elsewhere and later, and nothing that the scan
// did not read is in it. It holds data only, and without opts.Identifiers
// nothing that tells the machine from others of its kind. These are the rules of
// ghw's snapshots (ghw's SNAPSHOT.md): they need no processing but unpacking.
type Capture struct {
	nodes map[string]node
	gaps  gaps // what could not be read
}

// ScanAndCapture is [Scan] that also keeps what it read.
func ScanAndCapture(ctx context.Context, opts Options) (*report.Report, *Capture, error) {
	s, err := scan(ctx, opts, true)
	if err != nil {
		return nil, nil, err
	}
	c := &Capture{nodes: s.rec.nodes, gaps: s.gaps}
	if !opts.Identifiers {
		c.depersonalise()
	}
	if len(c.gaps) > 0 {
		c.nodes[gapsFile] = node{data: c.gaps.text()}
	}
	return s.rep, c, nil
}

// Write writes the capture as a tar archive, compressed with gzip. The bytes
// depend on nothing but what was read.
func (c *Capture) Write(w io.Writer) error {
	zw, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	tw := tar.NewWriter(zw)
	for _, name := range slices.Sorted(maps.Keys(c.nodes)) {
		n := c.nodes[name]
		if err := tw.WriteHeader(n.header(name)); err != nil {
			return err
		}
		if _, err := tw.Write(n.data); err != nil {
			return err
		}
	}
	if err := tw.Close(); err != nil {
		return err
	}
	return zw.Close()
}

// header describes a node, with the times, owners and permissions of nobody.
func (n node) header(name string) *tar.Header {
	switch {
	case n.isDir:
		return &tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o755}
	case n.target != "":
		return &tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: n.target, Mode: 0o777}
	}
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(n.data)), Mode: 0o644}
}

// Preview writes every byte of the capture for a person to read: a line "path:
// contents" for each file and "path -> target" for each link, with Go's escapes.
func (c *Capture) Preview(w io.Writer) error {
	for _, name := range slices.Sorted(maps.Keys(c.nodes)) {
		n := c.nodes[name]
		line := fmt.Sprintf("%s: %s", quoted(name), quoted(string(n.data)))
		switch {
		case n.isDir:
			line = quoted(name) + "/"
		case n.target != "":
			line = quoted(name) + " -> " + quoted(n.target)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func quoted(text string) string {
	text = strconv.QuoteToASCII(text)
	return text[1 : len(text)-1]
}
