package packer

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/modalias/hint"
	"github.com/modscout/modscout/modalias/ko"
	"github.com/modscout/modscout/recommend/catalog"
	"github.com/modscout/modscout/recommend/plan"
)

// Pile is an archive or a folder that has a plan's modules among others: Jun's
// extra.lzma, a loader's module pack, a kernel's /lib/modules/RELEASE.
type Pile struct {
	name    string
	members []pileMember // in the archive's order; of a folder, only modules that the plan may mean
	form    pileForm     // of an archive
	abi     *catalog.ABI
}

// pileMember is one file, folder or link of a pile.
type pileMember struct {
	archive.Entry
	data   []byte     // as it is in the pile; of modules only where the plan may mean it
	module *ko.Module // nil for what is none
}

// OpenPile reads what a plan needs of an archive or a folder.
func OpenPile(name string, p *plan.Plan) (*Pile, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	pile := &Pile{name: name}
	if info.IsDir() {
		err = pile.readFolder(p)
	} else {
		err = pile.readArchive(p)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	pile.learn(p)
	return pile, nil
}

// means reports whether a plan may mean a file by one of its modules.
func means(p *plan.Plan, file string) bool {
	return slices.ContainsFunc(p.Modules, func(m plan.Module) bool { return plainModule(file) == path.Base(m.File) })
}

// plainModule returns a module's file name without folder and compression.
func plainModule(file string) string {
	base := path.Base(file)
	if at := strings.Index(base, ".ko."); at >= 0 {
		base = base[:at+3]
	}
	return base
}

func (pile *Pile) readFolder(p *plan.Plan) error {
	return filepath.WalkDir(pile.name, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || !ko.IsModule(entry.Name()) || !means(p, entry.Name()) {
			return err
		}
		inside, err := filepath.Rel(pile.name, file)
		if err != nil {
			return err
		}
		data, err := archive.ReadFile(file, ko.MaxBytes)
		if err != nil {
			return err
		}
		return pile.add(archive.Entry{Name: filepath.ToSlash(inside), Regular: true, Mode: 0o644}, data, true)
	})
}

func (pile *Pile) readArchive(p *plan.Plan) error {
	data, err := archive.ReadFile(pile.name, maxDownload)
	if err != nil {
		return err
	}
	limits := archive.Default
	limits.Bytes = maxUnpacked
	if pile.form, err = formOf(data, limits); err != nil {
		return err
	}
	return archive.Walk(bytes.NewReader(data), limits, func(e archive.Entry) error {
		var body []byte
		if e.Regular {
			if body, err = io.ReadAll(e.Body); err != nil {
				return err
			}
		}
		return pile.add(e, body, !ko.IsModule(e.Name) || means(p, e.Name))
	})
}

// add takes a member in; of a module that is not wanted only what it says.
func (pile *Pile) add(e archive.Entry, data []byte, wanted bool) error {
	e.Body = nil
	member := pileMember{Entry: e, data: data}
	if e.Regular && ko.IsModule(e.Name) && !strings.HasPrefix(path.Base(e.Name), "._") {
		m, err := ko.Decode(bytes.NewReader(data), e.Name)
		if err != nil && wanted {
			return fmt.Errorf("%s: %w", e.Name, err)
		}
		member.module = m
	}
	if !wanted {
		member.data = nil
	}
	pile.members = append(pile.members, member)
	return nil
}

// learn makes the gate that its modules must pass, from all of them.
func (pile *Pile) learn(p *plan.Plan) {
	pile.abi = catalog.NewABI(&catalog.Platform{KernelRelease: p.Platform.Kernel}, func(func(*catalog.Module) bool) {}, func(yield func(*catalog.Module) bool) {
		for _, member := range pile.members {
			if member.module != nil && !yield(abiFacts(member.module)) {
				return
			}
		}
	})
}

// abiFacts are those of a module that the gate looks at.
func abiFacts(m *ko.Module) *catalog.Module {
	facts := &catalog.Module{File: m.File, Name: m.Name, Vermagic: m.Vermagic, Stripped: m.Stripped, Signed: m.Signed}
	if m.Layout.Size > 0 {
		facts.Layout = &catalog.Layout{Size: m.Layout.Size, Init: m.Layout.Init, Exit: m.Layout.Exit}
	}
	return facts
}

// find returns the position of a plan's module among the members, and its
// bytes: those that the plan pins, or of a kernel that the platform runs.
func (pile *Pile) find(m plan.Module) (at int, data []byte, err error) {
	err = hint.With(
		fmt.Errorf("%s does not hold it", pile.name),
		"make the plan with a catalogue of what --from names: modscout catalog build")
	for _, i := range pile.named(m.File) {
		member := pile.members[i]
		data, failure := plain(member.data)
		switch {
		case failure != nil:
		case m.SHA256 != "":
			failure = verify(data, m.SHA256)
		default:
			failure = pile.gate(member.module)
		}
		if failure == nil {
			return i, data, nil
		}
		err = fmt.Errorf("%s in %s: %w", member.Name, pile.name, failure)
	}
	return 0, nil, err
}

// named returns the members that a plan may mean by a file, the likeliest
// first: "update/igb.ko" is itself, and "igb.ko" the one nearest to the root.
func (pile *Pile) named(file string) []int {
	var list []int
	for i, member := range pile.members {
		if member.module != nil && member.data != nil && plainModule(member.Name) == path.Base(file) {
			list = append(list, i)
		}
	}
	rank := func(i int) int {
		if name := pile.members[i].Name; name != file && !strings.HasSuffix(name, "/"+file) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(list, func(a, b int) int {
		return cmp.Or(rank(a)-rank(b), strings.Count(pile.members[a].Name, "/")-strings.Count(pile.members[b].Name, "/"))
	})
	return list
}

// gate refuses a module that the plan's kernel would refuse or crash on.
func (pile *Pile) gate(m *ko.Module) error {
	if refusal, refused := pile.abi.Refusal(abiFacts(m)); refused {
		return fmt.Errorf("%s: %s", refusal.Code, refusal.Evidence)
	}
	return nil
}

// plain decompresses a module where it is compressed.
func plain(data []byte) ([]byte, error) {
	limits := archive.Default
	limits.Bytes = ko.MaxBytes
	r, err := archive.Decompress(bytes.NewReader(data), limits)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
