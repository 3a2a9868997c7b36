package plan

// An Explanation is the whole story of one device in a plan.
type Explanation struct {
	Device     Device      `json:"device"`
	Name       string      `json:"name"`       // "8086:15f3 Ethernet Controller I225-V"
	Keys       []string    `json:"keys"`       // what it was matched by; "\x00" marks an unknown byte
	Candidates []Contender `json:"candidates"` // the device's, with what their patterns ask for
	Reference  []string    `json:"reference"`  // modules that drive it in distribution kernels
	Platforms  []Server    `json:"platforms"`  // by loader, that of the plan first
	Next       []Next      `json:"next"`       // the plan's, where the device has no driver
}

// A Contender is a candidate with the fields that its pattern asks for.
type Contender struct {
	Candidate
	Fields []Field `json:"fields"`
}

// A Field is one part of a pattern beside what the device has there.
type Field struct {
	Name   string `json:"name"`            // as the kernel calls it: "subvendor"
	Asks   string `json:"asks"`            // of the pattern, "00001043"
	Has    string `json:"has,omitempty"`   // of the device
	Lacked bool   `json:"lacked,omitzero"` // the report does not have it
}

// A Server is what one loader's platforms offer for a device.
type Server struct {
	Loader   string   `json:"loader"`
	Serve    []string `json:"serve"`    // platforms that drive it
	Rejected []string `json:"rejected"` // of those, the ones that a rule rules out for this machine
	Without  []string `json:"without"`  // platforms that do not
}
