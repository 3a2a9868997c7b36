package report

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A code is a short report as text for a QR code, "MODSCOUT1 1/2-5F0C UEFI LM
// MOVBE 8086:125C:0200": words in the 45 characters that a QR code packs
// tightest (ISO/IEC 18004, 7.3.4), which a person can read and type. The words
// of this file are the machine's and the devices'; docs/importing.md has them
// all.

// CodeHead begins each code and says how its words are to be read.
const CodeHead = "MODSCOUT1"

// codeFlags are the CPU flags that platform rules ask for. A flag of these that
// a code with flags lacks, the CPU lacks. Every 64-bit CPU has the first.
var codeFlags = []string{"lm", "movbe", "bmi2", "x2apic"}

// CodeWords returns what a code says of the machine itself. What is not known
// has no word.
func (m *Machine) CodeWords() []string {
	var words []string
	if m.Firmware != "" {
		words = append(words, strings.ToUpper(m.Firmware))
	}
	if m.CPU.Threads != nil {
		words = append(words, strconv.Itoa(*m.CPU.Threads)+"T")
	}
	if m.Hypervisor != "" {
		words = append(words, "VM:"+strings.ToUpper(m.Hypervisor))
	}
	for _, flag := range codeFlags {
		if slices.Contains(m.CPU.Flags, flag) {
			words = append(words, strings.ToUpper(flag))
		}
	}
	return slices.DeleteFunc(words, func(word string) bool { return !machineWord().MatchString(word) })
}

var machineWord = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:UEFI|BIOS|[1-9][0-9]{0,4}T|VM:[A-Z0-9-]{1,16}|LM|MOVBE|BMI2|X2APIC)$`)
})

// ReadCodeWord takes in a word of [Machine.CodeWords] in upper case and reports
// whether it is one.
func (m *Machine) ReadCodeWord(word string) bool {
	if !machineWord().MatchString(word) {
		return false
	}
	lower := strings.ToLower(word)
	threads, isThreads := strings.CutSuffix(word, "T")
	guest, isGuest := strings.CutPrefix(lower, "vm:")
	switch {
	case isGuest:
		m.Hypervisor = guest
	case isThreads:
		n, _ := strconv.Atoi(threads) // the pattern has digits alone
		m.CPU.Threads = &n
	case slices.Contains(codeFlags, lower):
		m.CPU.Flags = append(m.CPU.Flags, lower)
		slices.Sort(m.CPU.Flags)
		m.CPU.Flags = slices.Compact(m.CPU.Flags)
	default:
		m.Firmware = lower
	}
	return true
}

// CodeWord returns a PCI or USB device as a code has it: "8086:2922:010601+2"
// is a function with its class and two disks, "USB:0BDA:8156:020600" a USB
// device with its interface; "" for one that has no ids, and on other buses: a
// virtio device follows from the function that shows it.
func (d *Device) CodeWord() string {
	word := d.VendorID + ":" + d.DeviceID
	switch {
	case d.Bus == "usb" && d.Interface != "":
		word = "USB:" + word + ":" + d.Interface
	case d.Bus == "usb":
		word = "USB:" + word
	case d.Bus != "pci":
		return ""
	case len(d.Class) >= 4:
		word += ":" + codeClass(d.Class)
	}
	if d.Disks != nil {
		word += "+" + strconv.Itoa(*d.Disks)
	}
	if word = strings.ToUpper(word); !deviceWord().MatchString(word) {
		return ""
	}
	return word
}

// codeClass leaves the programming interface to those whose driver depends on
// it: disk controllers and USB hosts.
func codeClass(class string) string {
	if strings.HasPrefix(class, "01") || strings.HasPrefix(class, "0c03") {
		return class
	}
	return class[:4]
}

var deviceWord = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(USB:)?([0-9A-F]{4}):([0-9A-F]{4})(?::([0-9A-F]{4}(?:[0-9A-F]{2})?))?(?:\+([0-9]{1,4}))?(?:\*([1-9][0-9]{0,2}))?$`)
})

// ReadDeviceCode reads a word of [Device.CodeWord] in upper case, with "*4"
// behind it where there are four of the kind. times is 0 for another word.
func ReadDeviceCode(word string) (d Device, times int) {
	m := deviceWord().FindStringSubmatch(word)
	if m == nil {
		return d, 0
	}
	d = Device{Bus: "pci", VendorID: strings.ToLower(m[2]), DeviceID: strings.ToLower(m[3]), Class: strings.ToLower(m[4])}
	if m[1] != "" {
		d.Bus, d.Interface, d.Class = "usb", d.Class, ""
	}
	if disks, err := strconv.Atoi(m[5]); err == nil {
		d.Disks = &disks
	}
	times, err := strconv.Atoi(m[6])
	if err != nil {
		times = 1
	}
	return d, times
}

// CodeTimes writes that there are several devices of a word.
func CodeTimes(word string, times int) string {
	if times == 1 {
		return word
	}
	return fmt.Sprintf("%s*%d", word, times)
}
