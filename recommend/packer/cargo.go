package packer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/modscout/modscout/modalias/archive"
	"github.com/modscout/modscout/recommend/plan"
)

// maxDownload is the largest archive that is fetched, in bytes. The largest of
// rp-ext has 3 MB.
const maxDownload = 256 << 20

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
	for _, extension := range in.Plan.Extensions {
		files, err := fetchAll(in, extension)
		if err != nil {
			return nil, fmt.Errorf("extension %s: %w", extension.ID, err)
		}
		holds[extension.ID] = files
		c.addScripts(extension, files)
	}
	for _, module := range in.Plan.Modules {
		data, err := find(module, holds[module.Extension])
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

// unpacked is one file of an archive, or one loose file.
type unpacked struct {
	url, name string // of the archive; base name
	data      []byte
}

// fetchAll returns what an extension's downloads hold, folders dropped as
// ext-manager.sh drops them.
func fetchAll(in Input, extension plan.Extension) ([]unpacked, error) {
	var all []unpacked
	for _, file := range extension.Files {
		data, err := fetch(in, file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.URL, err)
		}
		if !file.Packed {
			name := file.Name
			if name == "" {
				name = path.Base(file.URL)
			}
			all = append(all, unpacked{file.URL, name, data})
			continue
		}
		err = archive.Walk(bytes.NewReader(data), archive.Default, func(e archive.Entry) error {
			if !e.Regular {
				return nil
			}
			body, err := io.ReadAll(e.Body)
			all = append(all, unpacked{file.URL, path.Base(e.Name), body})
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.URL, err)
		}
	}
	return all, nil
}

// fetch returns one download after its hash was found right.
func fetch(in Input, file plan.File) ([]byte, error) {
	if file.SHA256 == "" {
		return nil, hinted{
			fmt.Errorf("the plan names no sha256 for it"),
			"rebuild the catalogue from recipes that name one, and make the plan again",
		}
	}
	body, err := in.Fetch(file.URL)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, maxDownload+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxDownload {
		return nil, fmt.Errorf("larger than %d bytes", maxDownload)
	}
	return data, verify(data, file.SHA256)
}

// find returns the bytes of a module. Where an archive holds several files of
// that name, the plan's hash decides, else the last one, as with tar -x.
func find(module plan.Module, files []unpacked) ([]byte, error) {
	var found []byte
	var failure error = hinted{
		fmt.Errorf("no archive of the extension holds it"),
		"the archives changed since the catalogue was made: run modscout catalog check on it",
	}
	for _, file := range files {
		if file.name != module.File || module.Archive != "" && file.url != module.Archive {
			continue
		}
		if module.SHA256 != "" {
			if err := verify(file.data, module.SHA256); err != nil {
				failure = err
				continue
			}
		}
		found = file.data
	}
	if found == nil {
		return nil, failure
	}
	return found, nil
}

// HashError says that bytes are not those that the plan pins.
type HashError struct{ Want, Got string }

func (e *HashError) Error() string {
	return fmt.Sprintf("sha256 is %s, the plan says %s", e.Got, e.Want)
}

// Hint says what usually happened.
func (e *HashError) Hint() string {
	return "the file changed since the catalogue was made, or the download is damaged: nothing was packed"
}

// verify returns a [*HashError] where data does not have the hash want, with or
// without "sha256:" before it.
func verify(data []byte, want string) error {
	want = strings.ToLower(strings.TrimPrefix(want, "sha256:"))
	if got := sum(data); got != want {
		return &HashError{Want: want, Got: got}
	}
	return nil
}

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
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
