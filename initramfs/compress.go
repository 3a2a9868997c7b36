package initramfs

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// window is how far back a compressed archive may point, in bytes: the kernel
// sets as much memory aside to unpack it.
const window = 8 << 20

// WriteTo writes the archive, cpio "newc", compressed by the xz tool where it
// is installed and otherwise with zstd, a fifth larger: no Go library packs as
// tightly as the tool does. The bytes depend on the content and the tool alone.
// Kernels with CONFIG_RD_XZ and, since 5.9, CONFIG_RD_ZSTD unpack it.
func (fs *Initramfs) WriteTo(w io.Writer) (int64, error) {
	counter := &countingWriter{w: w}
	tool, err := exec.LookPath("xz")
	if err != nil {
		return counter.n, fs.writeZstd(counter)
	}
	return counter.n, fs.writeXZ(tool, counter)
}

// writeXZ asks for CRC32, the one checksum that every kernel's decoder knows.
func (fs *Initramfs) writeXZ(tool string, w io.Writer) error {
	cmd := exec.Command(tool, "--format=xz", "--check=crc32", "--threads=1",
		fmt.Sprintf("--lzma2=preset=6,dict=%d", window), "--stdout")
	cmd.Env = []string{} // without XZ_OPT and XZ_DEFAULTS
	var complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = w, &complaint
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	failed := fs.WriteCPIO(in)
	in.Close()
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w %s", tool, err, bytes.TrimSpace(complaint.Bytes()))
	}
	return failed
}

func (fs *Initramfs) writeZstd(w io.Writer) error {
	compressor, err := zstd.NewWriter(w,
		zstd.WithEncoderLevel(zstd.SpeedBestCompression),
		zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(window))
	if err != nil {
		return err
	}
	if err := fs.WriteCPIO(compressor); err != nil {
		return err
	}
	return compressor.Close()
}

// xzModule compresses a module for the stick. They are many and small: the
// library does as well as the tool there.
func xzModule(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := xz.WriterConfig{CheckSum: xz.CRC32, DictCap: 1 << 20}.NewWriter(&b)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
