// Package modalias matches the device strings of Linux ("modalias") against
// the alias patterns that kernel modules carry.
//
// A device says what it is in a string such as
//
//	pci:v00008086d000015F3sv00001043sd000087D2bc02sc00i00
//
// and a module says what it drives in patterns such as
//
//	pci:v00008086d000015F3sv*sd*bc*sc*i*
//
// (written by the kernel's scripts/mod/file2alias.c). [Match] compares one
// with one, an [Index] finds all of many patterns that match a key, and a
// [Table] knows the modules behind the patterns, for one kernel or many, and
// can be kept in a file. Package ko fills a table from modules.
//
// From a machine to what it needs: [Devices] reads sysfs, [Table.Lookup] names
// the modules of each device, [Platform.LoadOrder] puts them and what they
// need in order. The example shows all three. What modprobe's configuration
// changes about that is in package modprobe.
//
// [Parse] takes such strings apart, those of devices and of modules alike, into
// fields that are named as in the kernel; [Alias.String] puts them together
// again, and [Key] makes a device's string of its values.
//
// What people report is often less than the kernel's whole string. A key may
// therefore hold [Unknown] bytes, which [Key] and its short forms [PCIKey],
// [USBKey] and [VirtioKey] put where a field is not known; the answer then says
// whether the match is [Certain] or only [Possible].
package modalias

// Unknown stands in a key for one digit of a number, 0 to 9 or A to F, that the
// source does not know. It is no other character: else an unknown subsystem
// could pass for "bc01" and every disk driver would claim every network card.
// It never occurs in a string of the kernel.
const Unknown = '\x00'

// Verdict is the answer of a comparison.
type Verdict uint8

// The verdicts, in the order of how much they say.
const (
	No       Verdict = iota
	Possible         // it depends on a field that the key leaves open
	Certain
)

// String returns "no", "possible" or "certain".
func (v Verdict) String() string {
	return [...]string{"no", "possible", "certain"}[v]
}

// Match compares one key with one pattern as kmod does: fnmatch(3) without
// flags in the C locale, where '*' and '?' match '/' and a leading '.' too,
// after both sides had '-' turned into '_' outside of brackets (kmod
// shared/util.c, alias_normalize). A bracket that is not closed stands for
// itself, in the pattern and in the key, so that no device is lost.
func Match(pattern, key string) Verdict {
	p, k := normalize(pattern), normalize(key)
	return match(p, k)
}

// match is [Match] for what has been through normalize.
func match(pattern, key string) Verdict {
	if glob(pattern, key, false) {
		return Certain
	}
	if hasUnknown(key) && glob(pattern, key, true) {
		return Possible
	}
	return No
}
