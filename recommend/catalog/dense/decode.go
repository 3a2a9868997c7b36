package dense

import (
	"fmt"
	"math/bits"
	"reflect"
)

// Decode reads what [Encode] made into the value that a pointer is to, which
// must be of the same type and zero. Strings are parts of file. The error is
// [ErrDamaged] with what is wrong.
func Decode(file string, pointer any) error {
	d := decoder{in: file}
	d.readTexts()
	d.value(reflect.ValueOf(pointer).Elem())
	if len(d.in) > 0 {
		d.fail("%d bytes behind the end", len(d.in))
	}
	return d.err
}

// decoder takes a file apart. After the first error nothing is left of it, and
// what is read is zero.
type decoder struct {
	in    string
	texts []string
	last  int // the number of the text that was read last
	err   error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
	}
	d.in = ""
}

func (d *decoder) readTexts() {
	ends := make([]int, d.length())
	end := 0
	for i := range ends {
		end += d.length()
		ends[i] = end
	}
	if end > len(d.in) {
		d.fail("strings of %d bytes", end)
		return
	}
	text, start := d.in[:end], 0
	d.in, d.texts = d.in[end:], make([]string, len(ends))
	for i, end := range ends {
		d.texts[i], start = text[start:end], end
	}
}

// number reads an unsigned number in the form of [binary.AppendUvarint].
func (d *decoder) number() uint64 {
	var n uint64
	for i := range min(len(d.in), 10) {
		n |= uint64(d.in[i]&0x7f) << (7 * i)
		if d.in[i] < 0x80 {
			d.in = d.in[i+1:]
			return n
		}
	}
	d.fail("it ends in a number")
	return 0
}

// signed reads a number in the form of [binary.AppendVarint].
func (d *decoder) signed() int64 {
	n := d.number()
	return int64(n>>1) ^ -int64(n&1)
}

// length reads how many things follow, each of a byte or more.
func (d *decoder) length() int {
	n := d.number()
	if n > uint64(len(d.in)) {
		d.fail("%d things in %d bytes", n, len(d.in))
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	d.last += int(d.signed())
	if d.err != nil || d.last < 0 || d.last >= len(d.texts) {
		d.fail("no string %d", d.last)
		return ""
	}
	return d.texts[d.last]
}

func (d *decoder) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(d.text())
	case reflect.Bool:
		v.SetBool(d.number() != 0)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(d.signed())
	case reflect.Uint32:
		v.SetUint(d.number())
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(v.Elem())
	case reflect.Struct:
		d.members(v)
	case reflect.Slice:
		d.list(v)
	case reflect.Map:
		d.pairs(v)
	default:
		panic(unsupported(v.Type()))
	}
}

func (d *decoder) members(v reflect.Value) {
	for mask := d.number(); mask != 0 && d.err == nil; mask &= mask - 1 {
		i := bits.TrailingZeros64(mask)
		if i >= v.NumField() || !v.Field(i).CanSet() {
			d.fail("%v has no member %d", v.Type(), i)
			return
		}
		d.value(v.Field(i))
	}
}

func (d *decoder) list(v reflect.Value) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		v.SetBytes([]byte(d.text()))
		return
	}
	n := d.length()
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		d.value(v.Index(i))
	}
}

func (d *decoder) pairs(v reflect.Value) {
	n := d.length()
	v.Set(reflect.MakeMapWithSize(v.Type(), n))
	element := reflect.New(v.Type().Elem()).Elem()
	for range n {
		key := reflect.ValueOf(d.text())
		element.SetZero()
		d.value(element)
		v.SetMapIndex(key, element)
	}
}
