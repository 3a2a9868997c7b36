package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/modscout/modscout/modalias"
	"github.com/modscout/modscout/recommend"
	"github.com/modscout/modscout/recommend/plan"
)

// printExplanation tells the whole story of one device, for a person.
func printExplanation(w io.Writer, x *recommend.Explanation, p *plan.Plan) error {
	d := x.Device
	fmt.Fprintf(w, "%s (%s) on %s\n\n", x.Name, d.ID, p.Platform.ID)
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintf(t, "verdict\t%s, %s, %s\n", d.Verdict, d.Certainty, d.Importance)
	if d.Module != "" {
		fmt.Fprintf(t, "module\t%s\n", strings.TrimSpace(d.Module+"  "+d.Extension))
	}
	if d.Why != "" {
		fmt.Fprintf(t, "why\t%s\n", d.Why)
	}
	for _, b := range d.Basis {
		fmt.Fprintf(t, "basis\t%s: %s%s\n", b.Layer, b.Text, inBrackets(b.Source))
	}
	for _, key := range x.Keys {
		fmt.Fprintf(t, "matched by\t%s\n", strings.ReplaceAll(key, string(rune(modalias.Unknown)), "?"))
	}
	if len(x.Reference) > 0 {
		fmt.Fprintf(t, "Linux has\t%s\n", strings.Join(x.Reference, ", "))
	}
	fmt.Fprintf(t, "offered on\t%s\n", someOf(x.Platforms, 8))
	fmt.Fprintf(t, "not on\t%d platforms of %s\n", x.Without, p.Platform.Loader)
	if err := t.Flush(); err != nil {
		return err
	}
	return printCandidates(w, d.Candidates, x.Keys)
}

func printCandidates(w io.Writer, candidates []plan.Candidate, keys []string) error {
	if len(candidates) == 0 {
		_, err := fmt.Fprintln(w, "\nno module of this platform claims it")
		return err
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "CANDIDATE\tEXTENSION\tPATTERN\tFIELDS\tOUTCOME")
	for _, c := range candidates {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", c.Module, c.Extension, c.Pattern, matchedFields(c.Pattern, keys), c.Why)
	}
	return t.Flush()
}

// matchedFields names the fields of a device that a pattern asks for, with "?"
// behind those that the report lacks: "vendor, device, subvendor?".
func matchedFields(pattern string, keys []string) string {
	asked, err := modalias.Parse(pattern)
	if err != nil {
		return ""
	}
	var names []string
	for _, f := range asked.Fields {
		if f.Name == "" || f.IsAny() {
			continue
		}
		lacks := slices.ContainsFunc(keys, func(key string) bool {
			have, err := modalias.Parse(key)
			value, _ := have.Field(f.Name)
			return err == nil && strings.ContainsRune(value, rune(modalias.Unknown))
		})
		if lacks {
			names = append(names, f.Name+"?")
		} else {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, ", ")
}

func inBrackets(source string) string {
	if source == "" {
		return ""
	}
	return " (" + source + ")"
}

// someOf lists the first few of many names.
func someOf(names []string, few int) string {
	switch {
	case len(names) == 0:
		return "none"
	case len(names) <= few:
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}
