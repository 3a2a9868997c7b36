package dense

import (
	"cmp"
	"encoding/binary"
	"reflect"
	"slices"
	"strings"
)

// Encode returns the file of a value: equal values give equal bytes. It panics
// for types other than structs, pointers in them, slices, maps with strings for
// keys, strings, integers and bools.
func Encode(value any) []byte {
	e := encoder{numbers: map[string]int{}}
	e.value(reflect.ValueOf(value))
	file := binary.AppendUvarint(nil, uint64(len(e.texts)))
	for _, text := range e.texts {
		file = binary.AppendUvarint(file, uint64(len(text)))
	}
	file = append(file, strings.Join(e.texts, "")...)
	return append(file, e.out...)
}

type encoder struct {
	out     []byte
	texts   []string
	numbers map[string]int // of texts
	last    int            // the number of the last one that was written
}

func (e *encoder) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		e.text(v.String())
	case reflect.Bool:
		e.length(map[bool]int{true: 1}[v.Bool()])
	case reflect.Int, reflect.Int32, reflect.Int64:
		e.out = binary.AppendVarint(e.out, v.Int())
	case reflect.Uint32:
		e.out = binary.AppendUvarint(e.out, v.Uint())
	case reflect.Pointer:
		e.value(v.Elem())
	case reflect.Struct:
		e.members(v)
	case reflect.Slice:
		e.list(v)
	case reflect.Map:
		e.pairs(v)
	default:
		panic(unsupported(v.Type()))
	}
}

func (e *encoder) length(n int) { e.out = binary.AppendUvarint(e.out, uint64(n)) }

func (e *encoder) text(text string) {
	number, found := e.numbers[text]
	if !found {
		number = len(e.texts)
		e.numbers[text] = number
		e.texts = append(e.texts, text)
	}
	e.out = binary.AppendVarint(e.out, int64(number-e.last))
	e.last = number
}

func (e *encoder) members(v reflect.Value) {
	if v.NumField() > maxMembers {
		panic(unsupported(v.Type()))
	}
	var mask uint64
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && f.Tag.Get("json") != "-" && !v.Field(i).IsZero() {
			mask |= 1 << i
		}
	}
	e.out = binary.AppendUvarint(e.out, mask)
	for i := range v.NumField() {
		if mask>>i&1 == 1 {
			e.value(v.Field(i))
		}
	}
}

func (e *encoder) list(v reflect.Value) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		e.text(string(v.Bytes()))
		return
	}
	e.length(v.Len())
	for i := range v.Len() {
		e.value(v.Index(i))
	}
}

func (e *encoder) pairs(v reflect.Value) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	e.length(len(keys))
	for _, key := range keys {
		e.text(key.String())
		e.value(v.MapIndex(key))
	}
}
