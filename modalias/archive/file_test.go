package archive_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/modscout/modscout/modalias/archive"
)

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	err := errors.Join(
		os.WriteFile(at("file"), []byte("four"), 0o600),
		syscall.Mkfifo(at("pipe"), 0o600),
		os.Symlink("/dev/zero", at("device")),
	)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		most int64
		want error
	}{
		{"file", 4, nil},
		{"file", 3, archive.ErrTooLarge},
		{"pipe", 4, archive.ErrNotRegular},
		{"device", 4, archive.ErrNotRegular},
		{".", 4, archive.ErrNotRegular},
		{"missing", 4, os.ErrNotExist},
	}
	for _, test := range tests {
		if _, err := archive.ReadFile(at(test.name), test.most); !errors.Is(err, test.want) {
			t.Errorf("ReadFile(%s, %d) = %v, want %v", test.name, test.most, err, test.want)
		}
	}
}
