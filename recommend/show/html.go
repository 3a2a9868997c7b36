package show

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/scan/report"
	"github.com/modscout/modscout/scan/report/jsondoc"
)

// The page. Package html/template, which escapes by context, would add 2.8 MB
// to the scan image; here there are two contexts, text and JSON.
var (
	//go:embed page/page.html
	pageHTML string
	//go:embed page/page.css
	pageStyle string
	//go:embed page/page.js
	pageScript string
)

// PagePolicy is the content security policy of [HTML]'s page: nothing is loaded
// from anywhere, and no script runs but its own.
var PagePolicy = fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'",
	sourceHash(pageStyle), sourceHash(pageScript))

// sourceHash names an inline style or script by its content (Content Security
// Policy Level 3, section 2.3.1, hash-source).
func sourceHash(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// HTML writes a report and the plan for it, nil where there is none, as one page
// that needs nothing else: the answer as text, tables, and both documents as
// they are, in script elements with the ids "report" and "plan". It is read
// without scripts too.
//
// files are the names of what lies beside the page and is offered to be saved.
// Of a page that stands alone the documents can be saved all the same.
func HTML(w io.Writer, p *plan.Plan, r *report.Report, files ...string) error {
	data, err := islands(p, r)
	if err != nil {
		return err
	}
	body, err := sections(p, r)
	if err != nil {
		return err
	}
	page := strings.NewReplacer(
		"@policy@", html.EscapeString(PagePolicy), "@style@", pageStyle, "@script@", pageScript,
		"@title@", text(Machine(r)), "@files@", links(files), "@sections@", body,
		"@data@", data, "@foot@", text(footOf(r)),
	)
	_, err = page.WriteString(w, pageHTML)
	return err
}

// text makes a string of ours or of strangers' text of the page.
func text(s string) string { return html.EscapeString(ascii(s)) }

func footOf(r *report.Report) string {
	if r.Tool == "" {
		return "Made by modscout."
	}
	return "Made by " + r.Tool + "."
}

func links(files []string) string {
	var b strings.Builder
	for _, file := range files {
		fmt.Fprintf(&b, `<li><a href="%s" download="%[1]s">%[1]s</a></li>`, text(file))
	}
	return b.String()
}

// islands are the documents as script elements of type application/json.
func islands(p *plan.Plan, r *report.Report) (string, error) {
	data, err := island("report", r)
	if err != nil || p == nil {
		return data, err
	}
	more, err := island("plan", p)
	return data + "\n" + more, err
}

// island writes a document for a script element, whose text the parser of HTML
// looks through for "</script" and "<!--": no "<", ">" or "&" is left in it,
// nor U+2028 and U+2029, which end a line of JavaScript but not of JSON. It
// stands on a line of its own, where modscout import finds a report.
func island(id string, document any) (string, error) {
	data, err := jsondoc.Canonical(document)
	if err != nil {
		return "", err
	}
	value := jsontext.Value(data)
	if err := value.Format(jsontext.EscapeForHTML(true), jsontext.EscapeForJS(true)); err != nil {
		return "", err
	}
	return fmt.Sprintf(`<script type="application/json" id="%s">
%s
</script>`, id, value), nil
}

// sections are what a person reads.
func sections(p *plan.Plan, r *report.Report) (string, error) {
	var b strings.Builder
	if p != nil {
		fmt.Fprintf(&b, "<p class=\"use\">USE %s</p>\n", text(use(p)))
		list(&b, "Do", stepTexts(p))
		if err := block(&b, "Answer", func(w io.Writer) error { return Plan(w, p, r, Options{Height: maxHeight}) }); err != nil {
			return "", err
		}
		list(&b, "Change first", stops(p, r))
		list(&b, "What to do about missing drivers", nextTexts(p))
		list(&b, "Good to know", notes(p, r))
	}
	devicesTable(&b, p, r)
	if p != nil {
		if err := block(&b, "Other platforms", func(w io.Writer) error { return Others(w, p, r) }); err != nil {
			return "", err
		}
	}
	err := block(&b, "Report", func(w io.Writer) error { return Report(w, r) })
	return b.String(), err
}

// maxHeight is a screen on which every device has its line.
const maxHeight = 10_000

// block writes what another way of showing writes. It may be scrolled, so the
// keyboard must reach it.
func block(b *strings.Builder, title string, show func(io.Writer) error) error {
	var out bytes.Buffer
	if err := show(&out); err != nil {
		return err
	}
	fmt.Fprintf(b, "<h2>%s</h2>\n<pre tabindex=\"0\" role=\"region\" aria-label=\"%[1]s\">%s</pre>\n", title, html.EscapeString(out.String()))
	return nil
}

func list(b *strings.Builder, title string, items []string) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(b, "<h2>%s</h2>\n<ul>\n", title)
	for _, item := range items {
		fmt.Fprintf(b, "<li>%s</li>\n", text(item))
	}
	b.WriteString("</ul>\n")
}

func stepTexts(p *plan.Plan) (texts []string) {
	for _, step := range p.Steps {
		texts = append(texts, step.Where+": "+step.Text)
	}
	return texts
}

func nextTexts(p *plan.Plan) (texts []string) {
	for _, next := range p.Next {
		texts = append(texts, next.Text)
	}
	return texts
}
