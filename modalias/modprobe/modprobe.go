// Package modprobe reads the configuration of modprobe (modprobe.d(5)) and the
// files of the same form that depmod leaves in a module tree (modules.softdep,
// modules.alias).
//
// It reads what kmod reads, in the same order, and answers as kmod does: which
// modules a device asks for once aliases of the configuration and blacklists
// are counted in. It runs no command and reads neither the kernel's command
// line nor anything else that it was not given.
package modprobe

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Config is a configuration: what its files say, in the order in which modprobe
// reads them. Names of modules have underscores for hyphens.
type Config struct {
	Aliases   []Alias
	Blacklist []string
	Install   []Command
	Remove    []Command
	Options   []Options
	Softdeps  []Softdep
	Ignored   []Line // what modprobe does not understand either
}

// Alias gives a module another name, or a pattern of names.
type Alias struct {
	Pattern string
	Module  string
}

// Command is a shell command that modprobe runs in place of loading a module or
// removing it.
type Command struct {
	Module  string
	Command string
}

// Options are parameters for a module, as they are written.
type Options struct {
	Module  string
	Options string
}

// Softdep names what is to be loaded before and after a module, if it is there.
type Softdep struct {
	Module string
	Pre    []string // names or aliases
	Post   []string
}

// Line is a line of a file.
type Line struct {
	File   string
	Number int    // from 1; of the last one where lines are continued
	Word   string // its first
}

// String says where the line is.
func (l Line) String() string { return fmt.Sprintf("%s:%d: %.40q", l.File, l.Number, l.Word) }

// ErrTooLarge says that a file is no configuration: it has more than [MaxFile]
// bytes.
var ErrTooLarge = errors.New("too large for a configuration of modprobe")

// MaxFile is the most that one file may hold, in bytes. The modules.alias of a
// distribution's kernel has 1.5 MB.
const MaxFile = 16 << 20

// Read adds what a file says; name is for messages. It fails where r does, and
// with [ErrTooLarge]; a line that is wrong is put into c.Ignored instead.
func (c *Config) Read(r io.Reader, name string) error {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if len(data) > MaxFile {
		return fmt.Errorf("%s: %w", name, ErrTooLarge)
	}
	number := 0
	for rest := string(data); rest != ""; {
		var line string
		var count int
		line, count, rest = nextLine(rest)
		number += count
		if word, ok := c.add(line); !ok {
			c.Ignored = append(c.Ignored, Line{name, number, word})
		}
	}
	return nil
}

// nextLine cuts off a line with those that continue it. A backslash before
// another character than the end of the line is dropped (kmod's shared/util.c,
// freadline_wrapped), and a zero ends what counts of the line.
func nextLine(text string) (line string, count int, rest string) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\\' && i+1 < len(text) {
			if i++; text[i] == '\n' {
				count++
				continue
			}
			c = text[i]
		} else if c == '\n' {
			line, _, _ = strings.Cut(b.String(), "\x00")
			return line, count + 1, text[i+1:]
		}
		b.WriteByte(c)
	}
	line, _, _ = strings.Cut(b.String(), "\x00")
	return line, count + 1, ""
}
