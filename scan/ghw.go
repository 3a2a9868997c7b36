package scan

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/jaypipes/ghw"
)

// ask lets ghw answer a question about the tree. It reads files of strangers
// where the tree is a captured one, so neither its errors nor a panic of its
// parsers may cost more than the answer.
func (s *scanner) ask(what string, question func(options ...any) error) {
	defer func() {
		if p := recover(); p != nil {
			s.rep.Warn("ghw", "", fmt.Sprintf("%s is unknown: ghw: %v", what, p))
		}
	}()
	if !s.readyForGHW() {
		return
	}
	err := question(ghw.WithChroot(s.opts.Root), ghw.WithDisableTools(), ghw.WithDisableWarnings(), noSyslog)
	if err != nil {
		text := strings.ReplaceAll(err.Error(), s.opts.Root+"/", "") // where a capture was unpacked
		s.rep.Warn("ghw", "", fmt.Sprintf("%s is unknown: ghw: %s", what, text))
	}
}

// noSyslog keeps ghw from looking for the size of memory in system logs, which
// may be large, are personal, and are not in a captured tree.
var noSyslog = ghw.WithPathOverrides(ghw.PathOverrides{"/var": "/proc/none"})

// ghwReads are the files that ghw reads to answer.
var ghwReads = []string{
	"proc/cpuinfo",
	"proc/meminfo",
	"sys/devices/system/cpu/cpu[0-9]*/online",
	"sys/devices/system/cpu/cpu[0-9]*/topology/physical_package_id",
	"sys/devices/system/cpu/cpu[0-9]*/topology/core_id",
}

// readyForGHW says whether ghw can be asked, and records what it will read.
// ghw follows links wherever they lead and reads files whole, so in a captured
// tree there must be nothing but plain files and directories on its ways.
func (s *scanner) readyForGHW() bool {
	if !s.exists("proc/meminfo") {
		return false
	}
	if s.opts.Root == "/" && s.rec == nil {
		return true
	}
	for _, pattern := range ghwReads {
		files, err := s.plainFiles(".", strings.Split(pattern, "/"))
		if err != nil {
			return false
		}
		for _, file := range files {
			s.bytes(file)
		}
	}
	return true
}

// plainFiles returns the files that match a pattern below dir, or errNotRegular
// where a link or a device is on the way to one.
func (s *scanner) plainFiles(dir string, pattern []string) ([]string, error) {
	var files []string
	for _, name := range s.matching(dir, pattern[0]) {
		file := path.Join(dir, name)
		info, err := s.root.Lstat(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		case info.IsDir() && len(pattern) > 1:
			below, err := s.plainFiles(file, pattern[1:])
			if err != nil {
				return nil, err
			}
			files = append(files, below...)
		case !info.Mode().IsRegular() || info.Size() > maxAttribute:
			return nil, errNotRegular
		case len(pattern) == 1:
			files = append(files, file)
		}
	}
	return files, nil
}

// matching returns the names in a directory that match; one without a star is
// taken for what is there.
func (s *scanner) matching(dir, pattern string) []string {
	if !strings.Contains(pattern, "*") {
		return []string{pattern}
	}
	return slices.DeleteFunc(s.list(dir), func(name string) bool {
		match, err := path.Match(pattern, name)
		return err != nil || !match
	})
}
