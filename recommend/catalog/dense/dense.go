// Package dense writes Go values in few bytes and reads them many times faster
// than JSON: a form for what a program carries inside itself. Files for others
// are JSON.
//
// A file is all strings, each once, then the value. A string there is the
// distance of its number from that of the string before it, a struct the set of
// its members that are not zero and these, a list or map its length and what is
// in it, keys in order. Members that are not exported, or that JSON leaves out,
// are left out.
package dense

import (
	"errors"
	"fmt"
	"reflect"
)

// ErrDamaged is in the chain of every error of [Decode].
var ErrDamaged = errors.New("damaged file")

// maxMembers is how many members a struct may have: a bit each in a number.
const maxMembers = 64

// unsupported is the mistake of a program that uses a type which has no form.
func unsupported(t reflect.Type) string { return fmt.Sprintf("dense: no form for %v", t) }
