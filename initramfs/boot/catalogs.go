package boot

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/modscout/modscout/initramfs/layout"
)

// addCatalogs reads the catalogues that were added to the initramfs and to the
// stick. What cannot be used is left out, and told below the answer.
func (s *session) addCatalogs(ctx context.Context) {
	if s.parts.Catalogs == nil {
		return
	}
	bad, err := within(ctx, limitCatalogs, func(ctx context.Context) ([]error, error) {
		bad := s.parts.Catalogs(filepath.Join("/", layout.CatalogsDir))
		if s.options.Stick == "" || errors.Is(s.unsaved, errNoStick) {
			return bad, nil
		}
		err := s.system.Stick(ctx, s.options.Stick, func(dir string) error {
			bad = append(bad, s.parts.Catalogs(filepath.Join(dir, layout.CatalogsDir))...)
			return nil
		})
		return bad, err
	})
	if err != nil {
		bad = append(bad, err)
	}
	s.leftOut = bad
}

// maxLeftOut is how many catalogues are named below the answer, a line each.
const maxLeftOut = 3

func (s *session) leftOutLines() (lines []string) {
	for i, err := range s.leftOut {
		if i == maxLeftOut {
			return append(lines, fmt.Sprintf("%d more catalogues are left out.", len(s.leftOut)-i))
		}
		lines = append(lines, fmt.Sprintf("A catalogue is left out: %v.", err))
	}
	return lines
}
