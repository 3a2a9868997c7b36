package scan

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// instance matches the name of a device on Hyper-V's VMBus, a GUID that tells
// one virtual machine from all others. (Those of WMI are upper-case, and those
// of MEI are no element of their own: they name kinds of devices.)
var instance = regexp.MustCompile(`^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// replacePersonal replaces the elements of a path that tell a machine from all
// others: instances on VMBus, and names of network ports, which may be made of
// the MAC address and may be the user's own.
func replacePersonal(path string, by func(element string) string) string {
	elements := strings.Split(path, "/")
	for i, element := range elements {
		if instance.MatchString(element) || i > 0 && elements[i-1] == "net" {
			elements[i] = by(element)
		}
	}
	return strings.Join(elements, "/")
}

// impersonal puts a star for what is personal in a path.
func impersonal(path string) string {
	return replacePersonal(path, func(string) string { return "*" })
}

// depersonalise gives what is personal in the paths of a capture names that
// only count, in the order of the old ones.
func (c *Capture) depersonalise() {
	alias := c.aliases()
	rename := func(path string) string {
		return replacePersonal(path, func(element string) string { return alias[element] })
	}
	nodes := make(map[string]node, len(c.nodes))
	for name, n := range c.nodes {
		n.target = rename(n.target)
		nodes[rename(name)] = n
	}
	c.nodes = nodes
	unread := gaps{}
	for file, reason := range c.gaps {
		unread[rename(file)] = reason
	}
	c.gaps = unread
}

// aliases has a new name for each personal element of the capture's paths.
func (c *Capture) aliases() map[string]string {
	alias := map[string]string{}
	collect := func(element string) string {
		alias[element] = ""
		return ""
	}
	for name, n := range c.nodes {
		replacePersonal(name, collect)
		replacePersonal(n.target, collect)
	}
	for file := range c.gaps {
		replacePersonal(file, collect)
	}
	var ports, instances int
	for _, element := range slices.Sorted(maps.Keys(alias)) {
		if instance.MatchString(element) {
			instances++
			alias[element] = fmt.Sprintf("00000000-0000-0000-0000-%012d", instances)
		} else {
			ports++
			alias[element] = fmt.Sprintf("port%06d", ports)
		}
	}
	return alias
}
