package packer

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
)

// cargo is what the archives of a plan's extensions give: the plan's modules,
// and the scripts of their extensions with the files that those may need.
type cargo struct {
	modules  []packedModule // load order
	files    map[string][]byte
	scripts  map[string][]script // kind -> in the order of the extensions
	warnings []plan.Warning
}

// packedModule is a module of the plan with its bytes.
type packedModule struct {
	plan.Module
	data []byte
}

// ourPrefix begins the names of the files that we put beside an extension's own.
const ourPrefix = "modscout-"

// script is one extension's script of one kind.
type script struct{ extension, file string }

// scriptKinds are the kinds that can be carried. A check_kmod script decides
// whether its extension's modules are loaded; the plan has decided that.
var scriptKinds = []string{"on_boot", "on_os_load"}

// load fetches, verifies and unpacks all that the plan names.
func load(in Input) (*cargo, error) {
	c := &cargo{files: map[string][]byte{}, scripts: map[string][]script{}}
	holds := map[string][]unpacked{}
	for i, extension := range in.Plan.Extensions {
		files, err := fetchAll(in, extension)
		if err != nil {
			return nil, fmt.Errorf("extension %s: %w", extension.ID, err)
		}
		holds[extension.ID] = files
		c.addScripts(extension, files)
		if in.Progress != nil {
			in.Progress(i+1, len(in.Plan.Extensions))
		}
	}
	for _, module := range in.Plan.Modules {
		data, err := in.find(module, holds[module.Extension])
		if err != nil {
			return nil, fmt.Errorf("module %s of %s: %w", module.File, module.Extension, err)
		}
		c.modules = append(c.modules, packedModule{module, data})
	}
	return c, c.checkModules()
}

// checkModules holds the modules to what packer and target can take.
func (c *cargo) checkModules() error {
	seen := map[string]bool{}
	for _, m := range c.modules {
		if err := check("module file", m.File, moduleFile); err != nil {
			return err
		}
		if err := check("arguments of "+m.File, m.Args, arguments); err != nil {
			return err
		}
		if err := checkName("module name", m.Name); err != nil {
			return err
		}
		if seen[m.File] {
			return fmt.Errorf("two modules of the plan are called %s", m.File)
		}
		seen[m.File] = true
	}
	return nil
}

// addScripts carries an extension's scripts, or none of them and a warning.
func (c *cargo) addScripts(extension plan.Extension, files []unpacked) {
	others := map[string][]byte{}
	for _, file := range files {
		if !strings.HasSuffix(file.name, ".ko") && fileName.MatchString(file.name) && !strings.HasPrefix(file.name, ourPrefix) {
			others[file.name] = file.data
		}
	}
	wanted := c.wantedScripts(extension)
	for _, s := range wanted {
		if _, found := others[s.file]; !found {
			c.drop(extension.ID, s.file, "no archive of the extension holds it")
			return
		}
	}
	if len(wanted) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(others)) {
		if old, found := c.files[name]; found && !bytes.Equal(old, others[name]) {
			c.drop(extension.ID, name, "another extension has a different file of that name")
			return
		}
	}
	maps.Copy(c.files, others)
	for kind, s := range wanted {
		c.scripts[kind] = append(c.scripts[kind], s)
	}
}

// wantedScripts returns an extension's scripts of the kinds that are carried.
func (c *cargo) wantedScripts(extension plan.Extension) map[string]script {
	wanted := map[string]script{}
	for _, kind := range slices.Sorted(maps.Keys(extension.Scripts)) {
		file := extension.Scripts[kind]
		if !slices.Contains(scriptKinds, kind) {
			c.drop(extension.ID, file, "a "+kind+" script has no place where the modules of several extensions are one set")
			continue
		}
		wanted[kind] = script{extension.ID, file}
	}
	return wanted
}

func (c *cargo) drop(extension, file, why string) {
	c.warnings = append(c.warnings, plan.Warning{
		Code: "script-dropped",
		Text: fmt.Sprintf("script %s of %s is left out: %s", file, extension, why),
	})
}
