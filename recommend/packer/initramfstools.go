package packer

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
)

// initramfsTools makes Debian's /etc/initramfs-tools/modules
// (initramfs-tools(7)): one module a line with its arguments, loaded in this
// order. A file that is given keeps all but the part that we wrote before.
func initramfsTools(in Input) ([]File, []plan.Warning, error) {
	l, err := newList(in.Plan)
	if err != nil {
		return nil, nil, err
	}
	var b bytes.Buffer
	b.WriteString(l.heading())
	for _, m := range l.stage(plan.StageBoot) {
		fmt.Fprintln(&b, strings.TrimSpace(m.Name+" "+m.Args))
	}
	data, err := replacePart(in.UserConfig, b.Bytes())
	if err != nil {
		return nil, nil, fmt.Errorf("modules: %w", err)
	}
	files := l.around(File{Name: "modules", Data: data, Backup: true})
	warnings := l.warnings(true)
	if len(in.UserConfig) == 0 {
		warnings = append(warnings, plan.Warning{
			Code: "modules-file-new",
			Text: "the file modules has nothing but the plan's modules",
			Hint: "pack with --user-config /etc/initramfs-tools/modules to keep what yours has",
		})
	}
	return append(files, l.readme(files, "update-initramfs -u -k "+l.kernel())), warnings, nil
}

// The lines around our part of a file that is not ours alone.
const (
	partBegin = "# modscout begin\n"
	partEnd   = "# modscout end\n"
)

// replacePart puts our part into a file: in the place of the one before, or at
// the end.
func replacePart(file, part []byte) ([]byte, error) {
	whole := partBegin + string(part) + partEnd
	text := string(file)
	before, rest, found := strings.Cut(text, partBegin)
	if !found {
		if text != "" && !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		return []byte(text + whole), nil
	}
	_, after, found := strings.Cut(rest, partEnd)
	if !found {
		return nil, fmt.Errorf("%q is there, but not %q", strings.TrimSpace(partBegin), strings.TrimSpace(partEnd))
	}
	return []byte(before + whole + after), nil
}
