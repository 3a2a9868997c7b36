package boot

import (
	"os"
	"path/filepath"
	"regexp"
)

// What renameio calls a file until it is whole: a dot, its name, a number. The
// folder of the packer's input holds nothing but ours.
var (
	unfinished     = regexp.MustCompile(`^\.(report|plan|probe)\.json[0-9]+$`)
	unfinishedPack = regexp.MustCompile(`^\..+[0-9]+$`)
)

// removeLeftovers removes what is left in our folder of files that were being
// written when the stick was pulled out: nothing else would ever do it, and each
// takes room. What cannot be removed stays; the answer is written beside it.
func removeLeftovers(dir string) {
	removeFiles(dir, unfinished)
	removeFiles(filepath.Join(dir, packDir), unfinishedPack)
}

// removeFiles removes the files of a directory whose names fit.
func removeFiles(dir string, names *regexp.Regexp) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		if names.MatchString(entry.Name()) && entry.Type().IsRegular() {
			os.Remove(filepath.Join(dir, entry.Name()))
		}
	}
}
