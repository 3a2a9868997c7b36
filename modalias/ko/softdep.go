package ko

import (
	"bytes"

	"github.com/modscout/modscout/modalias/modprobe"
)

// softdeps are what modules.softdep says, by module. depmod makes that file of
// the modules' own; it counts for those of which nothing else is known, such as
// built-in ones and ones that were stripped of it.
type softdeps map[string]modprobe.Softdep

// readSoftdeps reads modules.softdep. What is no line of it counts for nothing.
func readSoftdeps(data []byte) []modprobe.Softdep {
	var config modprobe.Config
	if err := config.Read(bytes.NewReader(data), "modules.softdep"); err != nil {
		return nil // larger than maxList: it was refused before
	}
	return config.Softdeps
}

// softdepsOf puts several lines for one module together.
func softdepsOf(list []modprobe.Softdep) softdeps {
	soft := softdeps{}
	for _, dep := range list {
		all := soft[dep.Module]
		soft[dep.Module] = modprobe.Softdep{Module: dep.Module, Pre: append(all.Pre, dep.Pre...), Post: append(all.Post, dep.Post...)}
	}
	return soft
}

// of returns the names of what is to be loaded before and after a module.
func (s softdeps) of(m *Module) (pre, post []string) {
	if dep, found := s[underscores(m.Name)]; found && len(m.SoftPre)+len(m.SoftPost) == 0 {
		return dep.Pre, dep.Post
	}
	return m.SoftPre, m.SoftPost
}
