package source

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/recommend/catalog"
)

// packName is what the loaders call a module pack: RR and ARC
// PLATFORM-OS-KERNEL, ARPL PLATFORM-KERNEL.
var packName = regexp.MustCompile(`^([a-z0-9]+)-(?:([0-9]+\.[0-9]+)-)?([0-9]+\.[0-9]+\.[0-9]+)$`)

// packPlatform reads the platform of a pack from its name, which alone decides
// flavour, OS version and kernel. Nothing in its modules tells RR's eight
// kernels of 4.4.180+ apart.
func packPlatform(name string) (catalog.Platform, bool) {
	part := packName.FindStringSubmatch(name)
	if part == nil {
		return catalog.Platform{}, false
	}
	p := catalog.Platform{
		ID:            "arpl:" + name,
		Loader:        "arpl",
		Flavour:       part[1],
		OSVersion:     part[2],
		KernelVersion: part[3],
		Evidence:      "name of the pack " + name,
	}
	if p.OSVersion != "" {
		p.ID, p.Loader = "rr:"+p.Flavour+"-"+p.OSVersion, "rr"
	}
	return p, true
}

// trimArchive takes the suffixes of archives and tables off a file name.
func trimArchive(name string) string {
	for _, suffix := range []string{".tgz", ".txz", ".gz", ".xz", ".zst", ".tar"} {
		name = strings.TrimSuffix(name, suffix)
	}
	return name
}

// packPlatform is the platform of a pack's file name, under the loader whose
// packs are read: ARC's are called like ARPL's.
func (r *reader) packPlatform(file string) (catalog.Platform, bool) {
	p, isPack := packPlatform(trimArchive(file))
	if isPack && r.opts.Loader != "" {
		p.ID = r.opts.Loader + strings.TrimPrefix(p.ID, p.Loader)
		p.Loader = r.opts.Loader
	}
	return p, isPack
}

// addPack reads one pack, an archive or a folder of loose .ko.
func (r *reader) addPack(file string) error {
	p, ok := r.packPlatform(filepath.Base(file))
	if !ok {
		return fmt.Errorf("%s is not named PLATFORM-OS-KERNEL or PLATFORM-KERNEL: %w", filepath.Base(file), ErrKind)
	}
	list, err := readPack(file)
	if err != nil {
		return err
	}
	where := Finding{Extension: p.ID, Platform: p.ID, File: filepath.Base(file), Source: filepath.Dir(file)}
	r.packs[p.ID] = where
	r.addPackModules(p, where, list)
	return nil
}

// addPackModules adds a pack with the modules that were read of it.
func (r *reader) addPackModules(p catalog.Platform, where Finding, list []*archived) {
	kmods := map[string]catalog.Kmod{}
	vermagic := map[string]int{}
	r.inPacks += len(list)
	for _, m := range list {
		if m.err != nil {
			where.Module = m.file
			r.found("module-unreadable", where, fmt.Sprintf("%s: %v", m.file, m.err))
			continue
		}
		kmods[strings.TrimSuffix(m.file, ".ko")] = catalog.Kmod{Module: r.addModule(m.ko, m.file, m.sha256)}
		vermagic[m.ko.Vermagic]++
	}
	p.KernelRelease = release(vermagic, p.KernelVersion)
	r.addPackPlatform(p, kmods)
}

// release returns the kernel release that most modules name, if it is one of
// the pack's kernel version.
func release(vermagic map[string]int, version string) string {
	var best string
	for v := range vermagic {
		if best == "" || cmp.Or(cmp.Compare(vermagic[v], vermagic[best]), cmp.Compare(best, v)) > 0 {
			best = v
		}
	}
	name, _, _ := strings.Cut(best, " ")
	if strings.TrimSuffix(name, "+") != version {
		return ""
	}
	return name
}

// addPackPlatform adds a pack as a platform and as the one extension that it
// has. kmods is keyed by the name in the loader's own lists, such as
// "update/i915".
//
// The modules in RR's update folder are newer builds of those beside it, and
// RR's boot loads them in their stead: they replace them.
func (r *reader) addPackPlatform(p catalog.Platform, kmods map[string]catalog.Kmod) {
	for name := range kmods {
		if newer, found := strings.CutPrefix(name, "update/"); found {
			delete(kmods, newer)
		}
	}
	recipe := catalog.Recipe{}
	for _, name := range sortedKeys(kmods) {
		recipe.Kmods = append(recipe.Kmods, kmods[name])
	}
	r.b.AddPlatform(p)
	r.b.AddExtension(catalog.Extension{
		ID: p.ID, Loader: p.Loader, Pack: true,
		Releases: map[string]int{p.ID: 0},
		Recipes:  []catalog.Recipe{recipe},
	})
}

// readPack reads all modules of a pack.
func readPack(file string) ([]*archived, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	var c content
	if info.IsDir() {
		err = c.readFolder(file)
	} else {
		err = c.readArchive(file)
	}
	return c.some(err)
}

// some returns the modules of a pack, which must have any.
func (c *content) some(err error) ([]*archived, error) {
	if err == nil && len(c.modules) == 0 {
		err = errors.New("it holds no kernel module")
	}
	return c.modules, err
}

func (c *content) readFolder(dir string) error {
	for _, pattern := range []string{"*.ko", "update/*.ko"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, file := range files {
			if strings.HasPrefix(filepath.Base(file), "._") {
				continue
			}
			name := path.Join(path.Dir(pattern), filepath.Base(file))
			data, err := archive.ReadFile(file, maxModule)
			if err != nil {
				c.modules = append(c.modules, &archived{file: name, err: err})
				continue
			}
			c.add(name, data)
		}
	}
	return nil
}

func (c *content) readArchive(file string) error {
	f, err := archive.OpenFile(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return c.readMembers(f)
}

// readMembers keeps the update folder, which RR's packs have, and drops every
// other directory.
func (c *content) readMembers(in io.Reader) error {
	return archive.Walk(in, limits, func(e archive.Entry) error {
		return c.entry(e, path.Base(path.Dir(e.Name)) == "update")
	})
}
