package packer

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/cavaliergopher/cpio"
	"github.com/ulikunitz/xz/lzma"
)

// Layer is the form of an initrd layer.
type Layer string

// The forms. Gzip is none of them, whatever the name custom.gz says.
const (
	AutoLayer Layer = ""     // what redpill-load makes for the platform
	CPIOLayer Layer = "cpio" // a plain archive, which every kernel unpacks
	LZMALayer Layer = "lzma" // as xz --format=lzma writes it
)

// compressed holds the platforms whose layer redpill-load compresses:
// extra.compress_rd of config/*/*/config.json in RedPill-TTG/redpill-load@65e9570
// and in pocopico/redpill-load. Package platform has the same fact,
// which a packer does not import; a test compares them.
var compressed = map[string]bool{"ds3615xs_25556": true, "ds3617xs_25556": true}

// ParseLayer reads the name of a form: "auto", "cpio" or "lzma".
func ParseLayer(name string) (Layer, error) {
	switch layer := Layer(name); layer {
	case "auto":
		return AutoLayer, nil
	case AutoLayer, CPIOLayer, LZMALayer:
		return layer, nil
	}
	return "", fmt.Errorf("no layer form %q: there are auto, cpio and lzma", name)
}

// layerOf returns the initrd layer that puts extension and runner under /exts.
func layerOf(in Input, extension recipe, exec []byte) ([]byte, error) {
	form := in.Layer
	if form == AutoLayer {
		form = CPIOLayer
		if compressed[in.Plan.Platform.ID] {
			form = LZMALayer
		}
	}
	dir := "exts/" + extension.id
	entries := []layerEntry{
		{"exts", cpio.TypeDir | 0o755, nil},
		{dir, cpio.TypeDir | 0o755, nil},
		{"exts/exec.sh", cpio.TypeReg | 0o755, exec},
	}
	for _, file := range extension.files() {
		entries = append(entries, layerEntry{dir + "/" + file.Name, cpio.TypeReg | 0o644, file.Data})
	}
	image, err := newc(entries)
	if err != nil || form == CPIOLayer {
		return image, err
	}
	return lzmaAlone(image)
}

// layerEntry is a file or folder of the layer.
type layerEntry struct {
	name string
	mode cpio.FileMode
	data []byte
}

// newc returns a cpio archive in the newc form, everything owned by root. All
// times are the epoch, so that the same plan gives the same bytes.
func newc(entries []layerEntry) ([]byte, error) {
	var out bytes.Buffer
	w := cpio.NewWriter(&out)
	for _, e := range entries {
		header := &cpio.Header{Name: e.name, Mode: e.mode, Links: 1, ModTime: time.Unix(0, 0), Size: int64(len(e.data))}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(e.data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// lzmaAlone compresses in the old .lzma format, which kernels from 2.6.30 on
// unpack.
func lzmaAlone(data []byte) ([]byte, error) {
	return compress(data, func(w io.Writer) (io.WriteCloser, error) { return lzma.NewWriter(w) })
}
