package foreign

import (
	"strings"

	"github.com/modscout/modscout/scan/report"
)

// lshw (src/core/print.cc) prints a tree of nodes, "*-network", with fields
// below. Its labels are translated; an address ("pci@0000:03:00.0"), the driver
// and, with -numeric, the ids are not.
var (
	lshwNode   = pattern(`^\*-[a-z][\w-]*(?::\d+)?(?: (?:UNCLAIMED|DISABLED))?$`)
	lshwField  = pattern(`^([^:]{2,40}): (.*)$`)
	lshwPCI    = pattern(`(?i)^pci@((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[01][0-9a-f]\.[0-7])$`)
	lshwUSB    = pattern(`^usb@(\d+)(?::([\d.]+))?$`)
	lshwDriver = pattern(`\bdriver=([\w.-]+)`)
	lshwID     = pattern(`(?i)^(.*?)\s*\[([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$`)
)

// lshwBlock is a node.
type lshwBlock struct {
	found
	vendor string
}

func beginLshw(l line) block {
	if !isNode(l.text) {
		return nil
	}
	return &lshwBlock{found: found{number: l.number}}
}

func isNode(text string) bool { return strings.HasPrefix(text, "*-") && lshwNode().MatchString(text) }

func (b *lshwBlock) line(l line) bool {
	m := lshwField().FindStringSubmatch(l.text)
	if m == nil || isNode(l.text) {
		return false
	}
	b.field(m[1], m[2])
	return true
}

func (b *lshwBlock) field(label, value string) {
	if label == "product" {
		b.text = value
	}
	if label == "vendor" {
		b.vendor, _, _ = strings.Cut(value, " [")
	}
	if id := lshwID().FindStringSubmatch(value); id != nil && b.VendorID == "" {
		b.text, b.VendorID, b.DeviceID = id[1], report.HexID(id[2], 4), report.HexID(id[3], 4)
	}
	b.setPlace(value)
	if m := lshwDriver().FindStringSubmatch(value); m != nil {
		b.Driver = m[1]
	}
}

// setPlace reads an address: that of a USB device is its bus and its ports.
func (b *lshwBlock) setPlace(value string) {
	if m := lshwPCI().FindStringSubmatch(value); m != nil {
		b.Bus, b.ID = "pci", "pci:"+address(m[1])
		return
	}
	switch m := lshwUSB().FindStringSubmatch(value); {
	case m == nil:
	case m[2] == "":
		b.Bus, b.ID = "usb", "usb:usb"+m[1]
	default:
		b.Bus, b.ID = "usb", "usb:"+m[1]+"-"+m[2]
	}
}

// end adds the device. What a USB device calls itself may be its owner's name,
// so without ids nothing is left of it but what another list can use.
func (b *lshwBlock) end(m *merger) {
	switch {
	case b.Bus == "usb":
		b.text = ""
		if b.VendorID == "" {
			m.addDetails(b.found)
			return
		}
	case b.Bus == "":
		return
	}
	if b.text != "" && b.VendorID == "" {
		b.Vendor = b.vendor
	}
	m.add(b.found)
}

// lshwTree is a node of lshw -json.
type lshwTree struct {
	BusInfo       string     `json:"businfo"`
	Product       string     `json:"product"`
	Vendor        string     `json:"vendor"`
	Configuration lshwConfig `json:"configuration"`
	Children      []lshwTree `json:"children"`
}

type lshwConfig struct {
	Driver string `json:"driver"`
}

// readLshwJSON reads lshw -json, which prints a list of nodes for -class.
func readLshwJSON(m *merger, data []byte) error {
	nodes := []lshwTree{{}}
	var err error
	if data[0] == '[' {
		err = unmarshal(data, &nodes)
	} else {
		err = unmarshal(data, &nodes[0])
	}
	if err != nil {
		return err
	}
	for i := range nodes {
		nodes[i].add(m)
	}
	return nil
}

// add adds a node and those below it; the decoder bounds the depth.
func (n *lshwTree) add(m *merger) {
	b := &lshwBlock{found: found{Device: report.Device{Driver: moduleName(n.Configuration.Driver)}}}
	b.field("businfo", n.BusInfo)
	b.field("vendor", n.Vendor)
	b.field("product", n.Product)
	b.end(m)
	for i := range n.Children {
		n.Children[i].add(m)
	}
}
