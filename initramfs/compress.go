package initramfs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os/exec"

	"github.com/klauspost/compress/zstd"
	"github.com/u-root/u-root/pkg/cpio"
	"github.com/ulikunitz/xz"
)

// window is how far back a compressed archive may point, in bytes: the kernel
// sets as much memory aside to unpack it.
const window = 4 << 20

// WriteTo writes the archive, cpio "newc", compressed. The bytes depend on the
// content and on the tools that are installed alone: no Go library packs as
// tightly as the tools do.
func (fs *Initramfs) WriteTo(w io.Writer) (int64, error) {
	counter := &countingWriter{w: w}
	if knowsZstd(fs.Release) {
		return counter.n, writeZstd(counter, fs.WriteCPIO)
	}
	return counter.n, writeXZ(counter, fs.WriteCPIO)
}

// knowsZstd says whether a kernel unpacks zstd: since 5.9 (CONFIG_RD_ZSTD),
// unless somebody turned that off. xz is a tenth smaller, and takes an emulated
// machine seconds.
func knowsZstd(release string) bool {
	var major, minor int
	fmt.Sscanf(release, "%d.%d", &major, &minor)
	return major > 5 || major == 5 && minor >= 9
}

// writeZstd compresses what write gives by the zstd tool where it is installed:
// the library's output is a ninth larger.
func writeZstd(w io.Writer, write func(io.Writer) error) error {
	if tool, err := exec.LookPath("zstd"); err == nil {
		return runTool(w, write, tool, "-19", fmt.Sprintf("--zstd=wlog=%d", bits.Len(window-1)), "--single-thread")
	}
	compressor, err := zstd.NewWriter(w,
		zstd.WithEncoderLevel(zstd.SpeedBestCompression),
		zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(window))
	if err != nil {
		return err
	}
	return errors.Join(write(compressor), compressor.Close())
}

// writeXZ compresses what write gives by the xz tool where it is installed: the
// library's output is a fifth larger. CRC32 is the one checksum that every
// kernel's decoder knows. The filter of x86 jumps would do harm, for a module's
// jumps are not linked yet.
func writeXZ(w io.Writer, write func(io.Writer) error) error {
	if tool, err := exec.LookPath("xz"); err == nil {
		return runTool(w, write, tool, "--format=xz", "--check=crc32", "--threads=1", fmt.Sprintf("--lzma2=preset=6,dict=%d", window))
	}
	compressor, err := xz.WriterConfig{CheckSum: xz.CRC32, DictCap: window}.NewWriter(w)
	if err != nil {
		return err
	}
	return errors.Join(write(compressor), compressor.Close())
}

// runTool gives a tool what write gives, and w what the tool makes of it.
func runTool(w io.Writer, write func(io.Writer) error, tool string, arguments ...string) error {
	cmd := exec.Command(tool, arguments...)
	cmd.Env = []string{} // without XZ_OPT, XZ_DEFAULTS, ZSTD_CLEVEL
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

// packModules makes a cpio archive of modules, packed by xz: what they have in
// common is stored once.
func packModules(modules []content) ([]byte, error) {
	var records []cpio.Record
	for _, m := range modules {
		records = append(records, cpio.StaticRecord(m.data, cpio.Info{Name: m.path, Mode: cpio.S_IFREG | 0o644}))
	}
	number(records)
	var packed bytes.Buffer
	err := writeXZ(&packed, func(w io.Writer) error { return writeCPIO(w, records) })
	return packed.Bytes(), err
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
