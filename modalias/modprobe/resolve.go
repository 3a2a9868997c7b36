package modprobe

import (
	"slices"

	"github.com/modscout/modscout/modalias"
)

// Overrides returns the aliases of the configuration that match a key, in its
// order. Where there is one, modprobe does not ask the modules' own aliases.
func (c *Config) Overrides(key string) []Alias {
	var list []Alias
	for _, a := range c.Aliases {
		if modalias.Match(a.Pattern, key) == modalias.Certain {
			list = append(list, a)
		}
	}
	return list
}

// Blacklisted says whether the configuration keeps a module from being loaded
// for a device. Whoever asks for it by name, or needs it for another module,
// gets it all the same.
func (c *Config) Blacklisted(module string) bool {
	name, _ := underscores(module)
	return slices.Contains(c.Blacklist, name)
}

// Resolve returns the modules that are loaded for a device's modalias: those of
// the configuration's aliases that match it, else the one of that name that has
// a command, else those that own names, the modules' own aliases; then without
// the blacklisted ones. It is the answer of
// libkmod's kmod_module_new_from_lookup and KMOD_PROBE_APPLY_BLACKLIST, as udev
// and "modprobe -b" use them.
func (c *Config) Resolve(key string, own func(key string) []string) []string {
	var names []string
	for _, a := range c.Overrides(key) {
		names = append(names, a.Module)
	}
	if name, ok := underscores(key); len(names) == 0 && ok && c.hasCommand(name) {
		names = []string{name}
	}
	if len(names) == 0 {
		names = slices.Clone(own(key))
	}
	return slices.DeleteFunc(names, c.Blacklisted)
}

// hasCommand says whether a command stands for loading or removing a module.
func (c *Config) hasCommand(name string) bool {
	of := func(command Command) bool { return command.Module == name }
	return slices.ContainsFunc(c.Install, of) || slices.ContainsFunc(c.Remove, of)
}
