package archive

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// debMagic opens an ar archive, which a Debian package is: deb(5).
var debMagic = []byte("!<arch>\n")

const arHeader = 60

// deb walks the files of a Debian package, those of its data.tar member; other
// members and plain ar archives hold nothing for us.
func (w *walker) deb(in *bufio.Reader, depth int) error {
	if _, err := in.Discard(len(debMagic)); err != nil {
		return truncated(err)
	}
	for {
		var head [arHeader]byte
		if _, err := io.ReadFull(in, head[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("ar: %w", truncated(err))
		}
		size, err := strconv.ParseInt(strings.TrimSpace(string(head[48:58])), 10, 64)
		if err != nil || size < 0 {
			return fmt.Errorf("ar: %w: member without a size", ErrFormat)
		}
		body := &io.LimitedReader{R: in, N: size}
		if strings.HasPrefix(string(head[:16]), "data.tar") {
			if err := w.walk(&whole{body}, depth+1); err != nil {
				return err
			}
		}
		if err := skip(in, body.N); err != nil {
			return fmt.Errorf("ar: %w", truncated(err))
		}
		if err := skip(in, size&1); err != nil && err != io.EOF { // the last member may lack its padding
			return fmt.Errorf("ar: %w", err)
		}
	}
}
