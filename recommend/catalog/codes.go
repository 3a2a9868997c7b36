package catalog

import (
	"cmp"
	_ "embed"
	"sync"

	"github.com/go-json-experiment/json"
)

// Code describes one kind of defect.
type Code struct {
	Code     string `json:"code"`
	Severity string `json:"severity"` // its effect on the user
	Means    string `json:"means"`
	Do       string `json:"do"`    // what the maintainer can do; every message ends with it
	Legal    string `json:"legal"` // what looks alike and is no defect
}

// codesJSON gives the effects after the facts about ext-manager.sh and exec.sh
// of RedPill-TTG/redpill-load: the packer exits on a wrong hash or an absent
// recipe, the boot on the first failing insmod. docs/catalogue-check.md is
// made of it.
//
//go:embed codes.json
var codesJSON []byte

// Codes returns all kinds of defects, ordered by code.
var Codes = sync.OnceValue(func() []Code {
	var list []Code
	if err := json.Unmarshal(codesJSON, &list); err != nil {
		panic(err) // the file is ours and a test reads it
	}
	return list
})

var codes = sync.OnceValue(func() map[string]Code {
	byName := map[string]Code{}
	for _, c := range Codes() {
		byName[c.Code] = c
	}
	return byName
})

// NewFinding fills code, effect and message of a finding: what is wrong here,
// and what to do about this kind of defect. An effect that f has already, where
// the kind's would be wrong, stays.
func NewFinding(code string, f Finding, what string) Finding {
	kind, known := codes()[code]
	if !known {
		panic("no catalogue check code " + code) // TestEveryCode uses each of them
	}
	f.Code, f.Severity, f.Message = code, cmp.Or(f.Severity, kind.Severity), what+"; "+kind.Do
	return f
}
