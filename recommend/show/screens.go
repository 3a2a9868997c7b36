package show

import (
	"bytes"
	"io"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
)

// Screens cuts what show writes into pages of a screen's height.
func Screens(options Options, show func(io.Writer) error) ([]string, error) {
	var b bytes.Buffer
	if err := show(&b); err != nil {
		return nil, err
	}
	_, height := options.size()
	var pages []string
	lines := strings.SplitAfter(strings.TrimSuffix(b.String(), "\n"), "\n")
	for len(lines) > height-1 { // the last line says which page it is
		pages = append(pages, strings.Join(lines[:height-1], ""))
		lines = lines[height-1:]
	}
	return append(pages, strings.Join(lines, "")), nil
}

// Others writes the platforms that the plan did not choose, and how far each
// serves the machine.
func Others(w io.Writer, p *plan.Plan) error {
	pg := &page{width: Width}
	pg.line("OTHER PLATFORMS  with a driver / without, modules to use")
	for _, a := range p.Alternatives {
		pg.line("%-28s %3d / %d, %s", clip(a.Platform, 28), a.Covered, len(a.Uncovered), plural(a.Modules, "module"))
		pg.labelled("", a.Rejected, 2)
	}
	return pg.writeTo(w)
}

// Advice writes a list of warnings, each with what to do and where it is known
// from.
func Advice(w io.Writer, title string, warnings []plan.Warning) error {
	pg := &page{width: Width}
	pg.line("%s", title)
	for _, warning := range warnings {
		pg.line("")
		pg.labelled("-", warning.Text, 4)
		pg.labelled("", warning.Hint, 6)
		pg.labelled("", "("+warning.Source+")", 2)
	}
	return pg.writeTo(w)
}
