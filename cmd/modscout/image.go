package main

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modscout/modscout/initramfs"
	"github.com/modscout/modscout/initramfs/scanimage"
)

func newImageCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "image",
		Short: "Make, list, compare and try the bootable scan image",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(newImageBuildCmd(), newImageLsCmd(), newImageDiffCmd(), newImageRunCmd())
	return cmd
}

type imageBuild struct {
	kernel, modules, init, output string
	grub, signed, append          string
	load, catalogs                []string
	drivers                       string
	catalogFiles                  map[string][]byte // path on the image -> content
	shell                         bool
}

func newImageBuildCmd() *cobra.Command {
	var b imageBuild
	cmd := &cobra.Command{
		Use:   "build --kernel FILE --modules DIR -o FILE.img|FILE.iso|DIR/",
		Short: "Pack this program with a kernel into a scan image",
		Long: `Pack this program with a kernel and the modules that make all devices visible.

-o FILE.img writes one disk image that boots as a USB stick or disk under BIOS
and UEFI; what it finds is written back to its FAT partition. -o FILE.iso writes
a CD for virtual machines that boots under both; nothing can be saved on it, the
report goes to the serial port or the network. -o DIR/ writes the parts for
network boot: vmlinuz, initrd and boot.ipxe, a script that boots them by iPXE
from where it lies itself. A CD and parts have the drivers and catalogues in the
initrd.

The kernel command line, --append, may say:
` + scanimage.CommandLine(),
		Example: `  modscout image build --kernel /boot/vmlinuz-6.1.0-56-amd64 \
    --modules /lib/modules/6.1.0-56-amd64 -o scan.img`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return b.run(cmd) },
	}
	flags := cmd.Flags()
	flags.StringVar(&b.kernel, "kernel", "", "kernel image, boot/vmlinuz-RELEASE")
	flags.StringVar(&b.modules, "modules", "", "its modules, lib/modules/RELEASE")
	flags.StringVar(&b.init, "init", "", "static executable to run as /init (default: modscout-init beside this program, or this program)")
	flags.StringSliceVar(&b.load, "load", nil, "load exactly these modules, in this order")
	flags.StringVar(&b.grub, "grub", initramfs.GRUBDir, "directory of GRUB's parts")
	flags.StringVar(&b.signed, "secure-boot", "", "boot with Secure Boot on too, by Debian's signed shim and GRUB; =DIR: unpacked below DIR")
	flags.Lookup("secure-boot").NoOptDefVal = "/"
	flags.StringVar(&b.drivers, "drivers", "", "drivers for the network and modscout.probe=1: none, network or all (default: network; none for DIR/)")
	flags.StringArrayVar(&b.catalogs, "catalog", nil, "catalogue file to answer from besides the embedded one, the newer of a name counts; again for more")
	flags.BoolVar(&b.shell, "shell", false, "add u-root's core commands and shell, to debug with; needs a Go toolchain and a minute")
	flags.StringVar(&b.append, "append", "", "further kernel command line, such as modscout.loader=rr")
	flags.StringVarP(&b.output, "output", "o", "", "FILE.img, FILE.iso, or DIR/ for the parts")
	for _, name := range []string{"kernel", "modules", "output"} {
		cmd.MarkFlagRequired(name)
	}
	return cmd
}

func (b imageBuild) run(cmd *cobra.Command) error {
	if b.signed != "" && b.isParts() {
		return withHint(errors.New("--secure-boot is for a disk image or a CD"), "-o scan.img --secure-boot")
	}
	var err error
	if b.catalogFiles, err = catalogFiles(cmd.ErrOrStderr(), b.catalogs); err != nil {
		return fmt.Errorf("adding catalogues: %w", err)
	}
	kernel, err := initramfs.ReadKernel(b.kernel)
	if err != nil {
		return fmt.Errorf("reading the kernel: %w", err)
	}
	if b.drivers == "" && !b.isParts() {
		b.drivers = string(initramfs.NetworkDrivers)
	}
	config, err := b.contents(cmd)
	if err != nil {
		return err
	}
	archive, err := initramfs.New(config)
	if err != nil {
		return fmt.Errorf("making the initramfs: %w", err)
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%v\n", archive)
	if len(archive.Absent) > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "this kernel does not have: %s\n", strings.Join(archive.Absent, " "))
	}
	if err := b.write(kernel, archive); err != nil {
		return fmt.Errorf("writing %s: %w", b.output, err)
	}
	return nil
}

// contents says what goes into the initramfs.
func (b imageBuild) contents(cmd *cobra.Command) (c initramfs.Config, err error) {
	c = initramfs.Config{Init: b.init, Tree: b.modules, Modules: b.load}
	if b.isParts() || b.isCD() {
		c.Drivers, c.Files = initramfs.DriverSet(b.drivers), b.catalogFiles
	}
	if c.Init == "" {
		if c.Init, err = initProgram(cmd.ErrOrStderr()); err != nil {
			return c, fmt.Errorf("finding this program: %w", err)
		}
	}
	if b.shell {
		if c.Shell, err = shellCommands(cmd); err != nil {
			return c, fmt.Errorf("adding the shell: %w", err)
		}
	}
	return c, nil
}

// isParts reports whether the output is a directory: named with a slash, or
// there already.
func (b imageBuild) isParts() bool {
	info, err := os.Stat(b.output)
	return strings.HasSuffix(b.output, "/") || err == nil && info.IsDir()
}

func (b imageBuild) isCD() bool { return strings.HasSuffix(b.output, ".iso") }

func (b imageBuild) write(kernel *initramfs.Kernel, archive *initramfs.Initramfs) error {
	if b.isParts() {
		return uninterrupted(func() error { return initramfs.WriteParts(filepath.Clean(b.output), kernel, archive, b.append) })
	}
	file, mode, err := resolve(b.output)
	switch {
	case err != nil:
		return err
	case !mode.IsRegular():
		return withHint(errors.New("not a file"), "write scan.img and copy it to the stick: cp scan.img "+b.output)
	}
	disk := initramfs.Disk{Kernel: kernel, Initramfs: archive, GRUB: b.grub, Signed: b.signed, Append: b.append,
		Drivers: initramfs.DriverSet(b.drivers), Tree: b.modules, Files: b.catalogFiles}
	if b.isCD() {
		return uninterrupted(func() error { return disk.WriteISO(file) })
	}
	return uninterrupted(func() error { return disk.Write(file) })
}

// initProgram returns what is packed as /init: modscout-init where it lies
// beside this program and is of the same build, and otherwise this program,
// which is larger and does the same.
func initProgram(talk io.Writer) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	small := filepath.Join(filepath.Dir(self), "modscout-init")
	info, err := buildinfo.ReadFile(small)
	if errors.Is(err, fs.ErrNotExist) {
		return self, nil
	}
	own, ok := debug.ReadBuildInfo()
	if err != nil || !ok || info.Main.Version != own.Main.Version {
		fmt.Fprintf(talk, "%s is of another build: packing %s\n", small, self)
		return self, nil
	}
	return small, nil
}
