package main

import (
	"encoding/binary"

	"github.com/modscout/modscout/modalias"
)

// facts is what one file of a source says.
type facts struct {
	platforms []modalias.Platform
	bad       []string // what is wrong with modules that are left out
	list      string   // one of a tree's lists, as it is
}

// pack appends facts as they are remembered: at least a byte.
func (f *facts) pack(out factWriter) factWriter {
	out.strings(f.bad)
	out.string(f.list)
	for _, platform := range f.platforms {
		out.string(platform.ID)
		out.number(len(platform.Modules))
		for i := range platform.Modules {
			out.module(&platform.Modules[i])
		}
	}
	return out
}

func (w *factWriter) module(m *modalias.Module) {
	w.string(m.File)
	w.string(m.Name)
	builtin := 0
	if m.Builtin {
		builtin = 1
	}
	w.number(builtin)
	for _, list := range [][]string{m.Aliases, m.Depends, m.SoftPre, m.SoftPost, m.Firmware} {
		w.strings(list)
	}
}

// unpackFacts reads what pack wrote.
func unpackFacts(packed string) (f facts, ok bool) {
	in := factReader{rest: packed}
	f.bad, f.list = in.strings(), in.string()
	for in.rest != "" {
		platform := modalias.Platform{ID: in.string()}
		for range in.count() {
			platform.Modules = append(platform.Modules, in.module())
		}
		in.bad = in.bad || len(platform.Modules) == 0
		f.platforms = append(f.platforms, platform)
	}
	return f, !in.bad && packed != ""
}

func (r *factReader) module() modalias.Module {
	return modalias.Module{
		File: r.string(), Name: r.string(), Builtin: r.number() == 1,
		Aliases: r.strings(), Depends: r.strings(), SoftPre: r.strings(), SoftPost: r.strings(), Firmware: r.strings(),
	}
}

// factWriter and factReader write and read numbers and strings.
type factWriter []byte

func (w *factWriter) number(n int)    { *w = binary.AppendUvarint(*w, uint64(n)) }
func (w *factWriter) string(s string) { w.number(len(s)); *w = append(*w, s...) }

func (w *factWriter) strings(list []string) {
	w.number(len(list))
	for _, s := range list {
		w.string(s)
	}
}

type factReader struct {
	rest string
	bad  bool
}

func (r *factReader) take(n int) string {
	if n < 0 || n > len(r.rest) {
		r.bad, r.rest = true, ""
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *factReader) stamp() (s stamp) {
	for i := range s {
		if b := r.take(8); b != "" {
			s[i] = int64(binary.LittleEndian.Uint64([]byte(b)))
		}
	}
	return s
}

func (r *factReader) number() int {
	n, shift := uint64(0), 0
	for {
		b := r.take(1)
		if b == "" || shift > 28 {
			r.bad = true
			return 0
		}
		n |= uint64(b[0]&0x7f) << shift
		if b[0] < 0x80 {
			return int(n)
		}
		shift += 7
	}
}

// count is the number of things that follow, of at least a byte each.
func (r *factReader) count() int {
	n := r.number()
	if n > len(r.rest) {
		r.bad = true
		return 0
	}
	return n
}

func (r *factReader) string() string { return r.take(r.number()) }

func (r *factReader) strings() []string {
	n := r.count()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = r.string()
	}
	return list
}
