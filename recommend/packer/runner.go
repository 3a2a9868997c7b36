package packer

import (
	_ "embed"
	"fmt"
	"strings"
)

// execScript is the runner of the layer. Its verbs and variables are those of
// redpill-load's include/loader-ext/target_exec.sh_, which the patched
// linuxrc.syno of the OS calls; the code is ours.
//
//go:embed exec.sh
var execScript string

// runner returns exec.sh for one synthesised extension. Names and arguments
// have been held to alphabets without shell characters; they are quoted all
// the same.
func runner(in Input, extension recipe) []byte {
	var v strings.Builder
	variable := func(name, value string) {
		fmt.Fprintf(&v, "%s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	variable("PLATFORM_ID", in.Plan.Platform.ID)
	variable("KERNEL_RELEASE", in.Plan.Platform.Kernel)
	variable("EXTENSION_IDS", extension.id)
	variable("STRICT", map[bool]string{true: "1", false: "0"}[in.Strict])
	var files []string
	for _, m := range extension.modules {
		files = append(files, m.File)
	}
	variable("EXT_0_kmod_files", strings.Join(files, " "))
	for i, m := range extension.modules {
		variable(fmt.Sprintf("EXT_0_kmod_%d_name", i), m.Name)
		if m.Args != "" {
			variable(fmt.Sprintf("EXT_0_kmod_%d_args", i), m.Args)
		}
	}
	for _, kind := range scriptKinds {
		if name := extension.scripts[kind]; name != "" {
			variable("EXT_0_scripts_"+kind, name)
		}
	}
	return []byte(strings.Replace(execScript, "@@VARIABLES@@\n", v.String(), 1))
}

// chain returns a script that runs the scripts of several extensions one after
// the other, each as if it were alone: in a shell of its own, with its
// extension's id.
func chain(scripts []script) []byte {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n# Written by modscout: the scripts of the plan's extensions, in order.\n")
	for _, s := range scripts {
		fmt.Fprintf(&b, "(EXT_ID='%s'; export EXT_ID; . './%s') || echo \"modscout: %s of %s ended with status $?\"\n",
			s.extension, s.file, s.file, s.extension)
	}
	b.WriteString("true\n")
	return []byte(b.String())
}
