package packer

import (
	"bytes"
	"fmt"
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
// extra.compress_rd of config/*/*/config.json in RedPill-TTG/redpill-load@65e9570.
var compressed = map[string]bool{"ds3615xs_25556": true}

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
	entries := []File{{Name: "exts/exec.sh", Data: exec}}
	for _, file := range extension.files() {
		entries = append(entries, File{Name: "exts/" + extension.id + "/" + file.Name, Data: file.Data})
	}
	image, err := newc([]string{"exts", "exts/" + extension.id}, entries)
	if err != nil || form == CPIOLayer {
		return image, err
	}
	return lzmaAlone(image)
}

// newc returns a cpio archive in the newc form, everything owned by root. All
// times are the epoch, so that the same plan gives the same bytes.
func newc(dirs []string, files []File) ([]byte, error) {
	var out bytes.Buffer
	w := cpio.NewWriter(&out)
	epoch := time.Unix(0, 0)
	for _, dir := range dirs {
		header := &cpio.Header{Name: dir, Mode: cpio.TypeDir | 0o755, Links: 2, ModTime: epoch}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
	}
	for _, file := range files {
		header := &cpio.Header{Name: file.Name, Mode: cpio.TypeReg | 0o644, Links: 1, ModTime: epoch, Size: int64(len(file.Data))}
		if file.Name == "exts/exec.sh" {
			header.Mode = cpio.TypeReg | 0o755
		}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(file.Data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// lzmaAlone compresses in the old .lzma format, which kernels from 2.6.30 on
// unpack.
func lzmaAlone(data []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := lzma.NewWriter(&out)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}
