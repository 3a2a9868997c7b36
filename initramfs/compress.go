package initramfs

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"

	"github.com/klauspost/compress/zstd"
	"github.com/u-root/u-root/pkg/cpio"
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
	// The filter of x86 jumps saves 1.5 %. A kernel decodes it (XZ_DEC_X86)
	// unless somebody turned that off.
	return counter.n, runXZ(tool, counter, fs.WriteCPIO, "--x86", lzma2(window))
}

// runXZ compresses what write gives. It asks for CRC32, the one checksum that
// every kernel's decoder knows.
func runXZ(tool string, w io.Writer, write func(io.Writer) error, filters ...string) error {
	cmd := exec.Command(tool, append([]string{"--format=xz", "--check=crc32", "--threads=1", "--stdout"}, filters...)...)
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
	failed := write(in)
	in.Close()
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w %s", tool, err, bytes.TrimSpace(complaint.Bytes()))
	}
	return failed
}

// lzma2 is the xz tool's name of its method, with a window in bytes.
func lzma2(window int) string { return fmt.Sprintf("--lzma2=preset=6,dict=%d", window) }

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

// moduleWindow is as far as packed modules point back, in bytes: /init needs as
// much memory to unpack them.
const moduleWindow = 4 << 20

// packModules makes a cpio archive of modules, packed by xz: what they have in
// common is stored once.
func packModules(modules []content) ([]byte, error) {
	var records []cpio.Record
	for _, m := range modules {
		records = append(records, cpio.StaticRecord(m.data, cpio.Info{Name: m.path, Mode: cpio.S_IFREG | 0o644}))
	}
	number(records)
	var archive bytes.Buffer
	if err := writeCPIO(&archive, records); err != nil {
		return nil, err
	}
	return xzModules(archive.Bytes())
}

// xzModules compresses modules by the xz tool where it is installed: the
// library's output is a fifth larger. The filter of x86 jumps would do harm, for
// a module's jumps are not linked yet.
func xzModules(data []byte) ([]byte, error) {
	tool, err := exec.LookPath("xz")
	if err != nil {
		return xzByLibrary(data)
	}
	var b bytes.Buffer
	err = runXZ(tool, &b, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}, lzma2(moduleWindow))
	return b.Bytes(), err
}

func xzByLibrary(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := xz.WriterConfig{CheckSum: xz.CRC32, DictCap: moduleWindow}.NewWriter(&b)
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

// Write counts what it passes on, in bytes.
func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
