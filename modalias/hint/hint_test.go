package hint_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/modscout/modscout/modalias/hint"
)

func TestWith(t *testing.T) {
	err := fmt.Errorf("reading: %w", hint.With(fs.ErrNotExist, "make it first"))
	var hinted interface{ Hint() string }
	if !errors.As(err, &hinted) || hinted.Hint() != "make it first" {
		t.Errorf("%v has no hint", err)
	}
	if !errors.Is(err, fs.ErrNotExist) || err.Error() != "reading: file does not exist" {
		t.Errorf("the hint hides the error: %v", err)
	}
	if err := hint.With(nil, "nothing to do"); err != nil {
		t.Errorf("With(nil) = %v, want nil", err)
	}
}
