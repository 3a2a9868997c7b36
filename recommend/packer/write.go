package packer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"

	"github.com/modscout/modscout/recommend/plan"
)

// Result is what [Pack] did.
type Result struct {
	Files    []string // names of the files written, backups included, in order
	Warnings []plan.Warning
}

// Pack runs the packer called name on a plan and writes its files into dir,
// which it makes where it is missing. Each file is written as a whole or not at
// all, and nothing is written where the packer fails.
func Pack(name string, p *plan.Plan, dir string, opts Options) (Result, error) {
	pack, err := For(name)
	if err != nil {
		return Result{}, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return Result{}, err
	}
	files, warnings, err := pack(Input{Plan: p, Dir: dir, Options: opts})
	if err != nil {
		return Result{}, err
	}
	written, err := write(dir, files)
	return Result{written, slices.Concat(changed(p), uncovered(p), warnings)}, err
}

// changed warns where a plan is not what its id says. A plan may be edited by
// hand, but not without anybody noticing.
func changed(p *plan.Plan) []plan.Warning {
	if p.ID == "" {
		return nil
	}
	if hash, err := p.Hash(); err == nil && hash == p.ID {
		return nil
	}
	return []plan.Warning{{
		Code: "plan-changed",
		Text: "the plan's content is not what its id says: it was edited or damaged after it was made",
	}}
}

// uncovered warns of devices that matter and that no module of the plan drives:
// the files are as good as the plan, and no better.
func uncovered(p *plan.Plan) []plan.Warning {
	var ids []string
	for _, d := range p.Devices {
		driven := d.Verdict == plan.Base || d.Verdict == plan.ByModule || d.Verdict == plan.Inert
		if !driven && d.Importance != plan.Optional {
			ids = append(ids, d.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return []plan.Warning{{
		Code: "plan-incomplete",
		Text: "the plan has no driver for " + strings.Join(ids, ", "),
		Hint: "modscout recommend FILE --explain DEVICE says why",
	}}
}

// write puts files into dir and returns the names of those written.
func write(dir string, files []File) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	var written []string
	for _, file := range files {
		if err := checkName("output file", file.Name); err != nil {
			return written, err
		}
		names, err := writeFile(root, file)
		written = append(written, names...)
		if err != nil {
			return written, fmt.Errorf("%s: %w", filepath.Join(dir, file.Name), err)
		}
	}
	return written, nil
}

// writeFile writes one file atomically, and before it the backup of the old one.
func writeFile(root *os.Root, file File) ([]string, error) {
	var names []string
	if file.Backup {
		old, err := root.ReadFile(file.Name)
		switch {
		case errors.Is(err, fs.ErrNotExist) || err == nil && string(old) == string(file.Data):
		case err != nil:
			return nil, err
		default:
			backup := file.Name + ".bak"
			if err := renameio.WriteFile(backup, old, 0o644, renameio.WithRoot(root)); err != nil {
				return nil, err
			}
			names = append(names, backup)
		}
	}
	if err := renameio.WriteFile(file.Name, file.Data, 0o644, renameio.WithRoot(root)); err != nil {
		return names, err
	}
	return append(names, file.Name), nil
}
