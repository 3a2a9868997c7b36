package foreign

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first asked for:
// there are a hundred here, and most runs of the program read no such text.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
