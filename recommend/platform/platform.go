// Package platform is what people have found out about platforms: which model
// and build has which kernel, what a loader asks of the machine, which devices
// matter. All of it is data, in data/*.json, and every fact there names the
// loader's file that states it; nothing of it was tried on hardware.
//
// Loaders contradict each other. A rule therefore belongs to the loader that
// states it, and every answer names the source.
package platform

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"github.com/modscout/modscout/recommend/catalog"
)

//go:embed data/*.json
var data embed.FS

// mustLoad decodes an embedded table; a test reads all of them, so a failure
// is a mistake of the build.
func mustLoad[T any](name string) func() T {
	return sync.OnceValue(func() T {
		var table T
		text, err := data.ReadFile("data/" + name)
		if err == nil {
			err = json.Unmarshal(text, &table, json.RejectUnknownMembers(true))
		}
		if err != nil {
			panic(fmt.Sprintf("platform: data/%s: %v", name, err))
		}
		return table
	})
}

// flavour is what the loaders state about one kernel flavour.
type flavour struct {
	Models        []string            `json:"models"`
	Kernels       map[string]string   `json:"kernels"` // OS version -> kernel version
	DeviceTree    *bool               `json:"device_tree"`
	CPUFlags      map[string][]string `json:"cpu_flags"`   // loader -> flags that it asks for
	MaxThreads    map[string]int      `json:"max_threads"` // loader -> threads that the kernel uses
	NeedsNoX2APIC bool                `json:"needs_nox2apic"`
	IGPU          struct {
		Old bool `json:"old"` // RR marks it for Intel GPUs of the old list
		New bool `json:"new"` // and for newer ones
	} `json:"igpu"`
	HBA          *bool    `json:"hba"` // RR marks it for SAS and RAID controllers
	OfficialCPUs []string `json:"official_cpus"`
	DiskMapping  string   `json:"disk_mapping"`
}

var flavours = mustLoad[struct {
	Sources  map[string][]string `json:"sources"` // field -> where it was read
	Flavours map[string]*flavour `json:"flavours"`
}]("flavours.json")

// build is one model and OS build that a RedPill loader has a configuration for.
type build struct {
	ID       string `json:"id"`
	Model    string `json:"model"`
	OS       string `json:"os"`
	Build    string `json:"build"`
	Flavour  string `json:"flavour"`
	Kernel   string `json:"kernel"` // release; empty where the loaders disagree
	Compress bool   `json:"compress"`
	Source   string `json:"source"`
}

var builds = mustLoad[struct {
	Sources []string `json:"sources"`
	Builds  []build  `json:"builds"`
}]("builds.json")

var buildsByID = sync.OnceValue(func() map[string]*build {
	table := builds()
	byID := make(map[string]*build, len(table.Builds))
	for i := range table.Builds {
		byID[table.Builds[i].ID] = &table.Builds[i]
	}
	return byID
})

// Complete fills what the tables state about a platform: model, flavour, OS
// version, build and kernel of a RedPill build by its id, and the models of a
// pack's flavour. What p has already stays.
func Complete(p *catalog.Platform) {
	if b, known := buildsByID()[p.ID]; known {
		fill(&p.Flavour, b.Flavour)
		fill(&p.OSVersion, b.OS)
		fill(&p.Build, b.Build)
		fill(&p.KernelRelease, b.Kernel)
		fill(&p.Evidence, b.Source)
		if len(p.Models) == 0 {
			p.Models = []string{b.Model}
		}
	} else {
		completeByKin(p)
	}
	f, known := flavours().Flavours[p.Flavour]
	if !known {
		return
	}
	if len(p.Models) == 0 {
		p.Models = f.Models
	}
	fill(&p.KernelVersion, f.Kernels[majorMinor(p.OSVersion)])
}

// completeByKin is for a build that no loader has a configuration for, such as
// ds2422p_42621: its model and flavour are those of the model's other builds,
// its OS version that of other models' builds of the same number.
func completeByKin(p *catalog.Platform) {
	model, number, found := strings.Cut(p.ID, "_")
	if !found {
		return
	}
	for _, b := range builds().Builds {
		kin, _, _ := strings.Cut(b.ID, "_")
		if kin == model {
			fill(&p.Flavour, b.Flavour)
			if len(p.Models) == 0 {
				p.Models = []string{b.Model}
			}
		}
		if b.Build == number {
			fill(&p.OSVersion, b.OS)
			fill(&p.Build, b.Build)
		}
	}
}

func fill(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

// CompressedLayer says whether the extension layer of a RedPill platform must
// be compressed (extra.compress_rd of its configuration).
func CompressedLayer(id string) bool {
	b, known := buildsByID()[id]
	return known && b.Compress
}
