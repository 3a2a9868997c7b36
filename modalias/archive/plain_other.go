//go:build !unix

package archive

import "os"

// Plain is a regular file that is open for reading at any place.
type Plain struct {
	*os.File
	size int64
}

// OpenPlain opens a file as [OpenFile] does.
func OpenPlain(path string) (Plain, error) {
	f, err := OpenFile(path)
	if err != nil {
		return Plain{}, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return Plain{}, err
	}
	return Plain{f, info.Size()}, nil
}

// Size returns how many bytes the file had when it was opened.
func (p *Plain) Size() int64 { return p.size }
