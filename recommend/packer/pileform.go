package packer

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"time"

	"github.com/cavaliergopher/cpio"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/hint"
)

// pileForm is how an archive is made: its container and its compression.
type pileForm struct {
	container   string // "cpio" or "tar"
	compression string // as package archive names it; "" for none
}

// formOf looks at an archive. It refuses forms that cannot be written again.
func formOf(data []byte, limits archive.Limits) (pileForm, error) {
	form := pileForm{compression: archive.Compression(data)}
	if compressors[form.compression] == nil {
		return form, fmt.Errorf("an archive in %s can be read but not written", form.compression)
	}
	r, err := archive.Decompress(bytes.NewReader(data), limits)
	if err != nil {
		return form, err
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(r, head)
	if err != nil && n == 0 {
		return form, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("070701")) || bytes.HasPrefix(head, []byte("070702")):
		form.container = "cpio"
	case n > 262 && string(head[257:262]) == "ustar":
		form.container = "tar"
	default:
		return form, hint.With(archive.ErrFormat, "--from takes a cpio or tar archive, compressed or not, or a folder")
	}
	return form, nil
}

// compressors write what the loaders of archives read: the kernel wants xz
// with CRC32 and no other check.
var compressors = map[string]func([]byte) ([]byte, error){
	"":     func(data []byte) ([]byte, error) { return data, nil },
	"lzma": lzmaAlone,
	"gzip": func(data []byte) ([]byte, error) {
		return compress(data, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriterLevel(w, gzip.BestCompression) })
	},
	"xz": func(data []byte) ([]byte, error) {
		return compress(data, func(w io.Writer) (io.WriteCloser, error) { return xz.WriterConfig{CheckSum: xz.CRC32}.NewWriter(w) })
	},
	"zstd": zstdFrame,
}

// zstdFrame compresses with one goroutine, so that the bytes are the same
// everywhere.
func zstdFrame(data []byte) ([]byte, error) {
	return compress(data, func(w io.Writer) (io.WriteCloser, error) {
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithWindowSize(8<<20))
	})
}

func compress(data []byte, open func(io.Writer) (io.WriteCloser, error)) ([]byte, error) {
	var out bytes.Buffer
	w, err := open(&out)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

// write makes an archive of members in this form, owned by root and without
// times, so that the same members give the same bytes.
func (f pileForm) write(members []pileMember) ([]byte, error) {
	var data []byte
	var err error
	if f.container == "tar" {
		data, err = tarOf(members)
	} else {
		data, err = cpioOf(members)
	}
	if err != nil {
		return nil, err
	}
	return compressors[f.compression](data)
}

// cpioOf is [newc] for members, with links.
func cpioOf(members []pileMember) ([]byte, error) {
	var entries []layerEntry
	for _, m := range members {
		mode, data := cpio.FileMode(m.Mode.Perm()), m.data
		switch {
		case m.Dir:
			mode |= cpio.TypeDir
		case m.Regular:
			mode |= cpio.TypeReg
		default:
			mode, data = mode|cpio.TypeSymlink, []byte(m.Link)
		}
		entries = append(entries, layerEntry{m.Name, mode, data})
	}
	return newc(entries)
}

func tarOf(members []pileMember) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, m := range members {
		header := &tar.Header{Name: m.Name, Mode: int64(m.Mode.Perm()), ModTime: time.Unix(0, 0), Typeflag: tar.TypeReg, Size: int64(len(m.data))}
		switch {
		case m.Dir:
			header.Typeflag, header.Name = tar.TypeDir, m.Name+"/"
		case !m.Regular:
			header.Typeflag, header.Linkname = tar.TypeSymlink, m.Link
		}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(m.data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}
