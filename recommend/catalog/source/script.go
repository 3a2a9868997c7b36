package source

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/modscout/modscout/modalias"
)

// maxScript is the largest script that is looked at, in bytes.
const maxScript = 256 << 10

// checkScripts says whether the scripts are among the recipe's files, and
// whether the runner's shell can read them.
func (r *reader) checkScripts(rec *recipe, files []held, where Finding, broken defect) {
	for _, kind := range sortedKeys(rec.Scripts) {
		name := rec.Scripts[kind]
		text, at, found := findScript(files, name)
		switch {
		case !found && complete(files):
			broken("recipe-script-missing", name, kind+" script "+name+" is none of the recipe's files")
		case found:
			if wrong := notPOSIX(text); wrong != "" {
				where := r.at(where, at)
				where.Module = name
				r.found("script-not-posix-sh", where, name+": "+wrong)
			}
		}
	}
}

// findScript returns the text of a file as it lies beside the recipe's others
// when all archives are unpacked.
func findScript(files []held, name string) (text string, at location, found bool) {
	for _, f := range files {
		if f.content == nil {
			continue
		}
		if f.Packed {
			text, found = f.content.texts[name], slices.Contains(f.content.names, name)
		} else {
			text, found = f.content.texts[""], f.Name == name
		}
		if found {
			return text, f.at, true
		}
	}
	return "", location{}, false
}

// notPOSIX says what in a script is no POSIX shell, or "". The runner, exec.sh
// of RedPill-TTG/redpill-load, sources it in busybox sh.
func notPOSIX(text string) string {
	if strings.HasPrefix(text, "\x7fELF") {
		return "it is a program, not a script"
	}
	if _, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), "line "); err != nil {
		return strings.TrimSuffix(strings.ReplaceAll(err.Error(), "line :", "line "), "; tried parsing as posix")
	}
	return ""
}

// scripted says whether a script of the recipe loads a module by itself.
func scripted(rec *recipe, files []held, file string) bool {
	name := modalias.NameOf(file)
	for _, script := range rec.Scripts {
		text, _, _ := findScript(files, script)
		for line := range strings.Lines(text) {
			if strings.Contains(line, file) || loadsModules(line) && strings.Contains(strings.ReplaceAll(line, "-", "_"), name) {
				return true
			}
		}
	}
	return false
}

func loadsModules(line string) bool {
	return strings.Contains(line, "modprobe") || strings.Contains(line, "insmod")
}
