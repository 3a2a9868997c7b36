package packer

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/cavaliergopher/cpio"

	"github.com/modscout/modscout/modalias/hint"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/recommend/plan"
)

// overlayDir is where the overlay's modules lie below lib/modules/RELEASE:
// modprobe prefers updates to what came with the kernel.
const overlayDir = "updates/modscout"

// overlay makes a layer for the initramfs of a system that loads modules with
// modprobe: the modules that must be there before the disk is, with depmod's
// files, their list and arguments; and for the system itself the list of the
// rest. The archive has no folder "lib", which is a link on most systems and
// would be replaced by one.
func overlay(in Input) ([]File, []plan.Warning, error) {
	l, err := newList(in.Plan)
	if err != nil {
		return nil, nil, err
	}
	if err := checkName("kernel release", in.Plan.Platform.Kernel); err != nil {
		return nil, nil, err // it names the modules' folder
	}
	if len(l.stage(plan.StageBoot)) == 0 {
		return nil, nil, hint.With(errors.New("the plan has no module of the stage boot: nothing must be in the initramfs"),
			"use pack --for modules-load for the rest")
	}
	c, err := load(in)
	if err != nil {
		return nil, nil, err
	}
	image, err := l.overlayImage(c.modules)
	if err != nil {
		return nil, nil, err
	}
	files := []File{{Name: "modscout.cpio.zst", Data: image}}
	if len(l.stage(plan.StageLate)) > 0 {
		files = append(files, l.modulesLoad(plan.StageLate))
	}
	files = append(files, l.modprobe()...)
	warnings := append(slices.Concat(c.warnings, l.warnings(false)), plan.Warning{
		Code: "modules-dep-replaced",
		Text: "the overlay brings modules.dep and its like: modprobe finds no other modules of an initramfs that the overlay is added to",
		Hint: "where the initramfs has modules of its own, use pack --for dracut, mkinitcpio or initramfs-tools",
	})
	return append(files, overlayReadme(l, files)), warnings, nil
}

// overlayImage returns the archive, compressed with zstd.
func (l list) overlayImage(modules []packedModule) ([]byte, error) {
	dir := "lib/modules/" + l.plan.Platform.Kernel
	entries := []layerEntry{
		{"etc", cpio.TypeDir | 0o755, nil},
		{"etc/modules-load.d", cpio.TypeDir | 0o755, nil},
		{"etc/modules-load.d/modscout.conf", cpio.TypeReg | 0o644, l.modulesLoad(plan.StageBoot).Data},
	}
	for _, conf := range l.modprobe() {
		entries = append(entries, layerEntry{"etc/modprobe.d", cpio.TypeDir | 0o755, nil},
			layerEntry{"etc/modprobe.d/modscout.conf", cpio.TypeReg | 0o644, conf.Data})
	}
	for _, name := range []string{"lib/modules", dir, dir + "/updates", dir + "/" + overlayDir} {
		entries = append(entries, layerEntry{name, cpio.TypeDir | 0o755, nil})
	}
	var known []*ko.Module
	for _, m := range modules {
		if m.Stage != plan.StageBoot {
			continue
		}
		data, err := plain(m.data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.File, err)
		}
		file := overlayDir + "/" + plainModule(m.File)
		read, err := ko.Decode(bytes.NewReader(data), file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.File, err)
		}
		known = append(known, read)
		entries = append(entries, layerEntry{dir + "/" + file, cpio.TypeReg | 0o644, data})
	}
	made := depmod(known)
	for _, name := range slices.Sorted(maps.Keys(made)) {
		entries = append(entries, layerEntry{dir + "/" + name, cpio.TypeReg | 0o644, made[name]})
	}
	image, err := newc(entries)
	if err != nil {
		return nil, err
	}
	return zstdFrame(image)
}

// overlayReadme says how a boot loader takes the layer.
func overlayReadme(l list, files []File) File {
	text := fmt.Sprintf(`An initramfs layer for %[1]s, chosen by modscout
plan %[2]s

Give it to the boot loader behind the system's own initramfs, or join the two:

  initrd /initrd.img /modscout.cpio.zst                 (GRUB)
  cat initrd.img modscout.cpio.zst > joined.img         (anything else)

It holds the modules that must be there before the disk is, in
/lib/modules/%[1]s/%[3]s, with modules.dep and what else modprobe
reads; their names in /etc/modules-load.d and their arguments in /etc/modprobe.d.
The kernel must unpack zstd (CONFIG_RD_ZSTD, Linux 5.9 or newer); for others,
zstd -d makes it a plain archive. An initramfs without systemd loads them with

  modprobe -a $(grep -v '^#' /etc/modules-load.d/modscout.conf)
`, l.plan.Platform.Kernel, l.plan.ID, overlayDir)
	for _, file := range files[1:] {
		text += fmt.Sprintf("\nOn the system itself, as root: install -D -m 644 %s %s\n", file.Name, places[file.Name])
	}
	return File{Name: "README.txt", Data: []byte(text)}
}
