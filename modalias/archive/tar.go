package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

const tarBlock = 512

// isTar recognises a header by its checksum, as every tar since the seventh
// edition of Unix has it: the sum of all bytes, with the checksum itself read
// as blanks. A block of zeros is not one; see skipZeros.
func isTar(head []byte) bool {
	if len(head) < tarBlock {
		return false
	}
	field := bytes.Trim(head[148:156], " \x00")
	want, err := strconv.ParseInt(string(field), 8, 32)
	if err != nil {
		return false
	}
	sum := int64(8 * ' ')
	for i, c := range head[:tarBlock] {
		if i < 148 || i >= 156 {
			sum += int64(c)
		}
	}
	return sum == want
}

func (w *walker) tar(in *bufio.Reader) error {
	t := tar.NewReader(in)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, in) // padding to the tape's record size
			return err
		}
		if err != nil {
			return fmt.Errorf("tar: %w", truncated(err))
		}
		info := h.FileInfo()
		err = w.emit(Entry{
			Name: h.Name, Dir: info.IsDir(), Regular: info.Mode().IsRegular() && h.Typeflag != tar.TypeLink,
			Mode: info.Mode().Perm(), Size: h.Size, Link: h.Linkname, Body: t,
		})
		if err != nil {
			return err
		}
	}
}
