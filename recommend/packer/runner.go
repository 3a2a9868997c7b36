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

// bootLogScript writes modscout-boot.log to the loader's stick.
//
//go:embed bootlog.sh
var bootLogScript string

// bootLogName is its name among the extension's files.
const bootLogName = ourPrefix + "bootlog.sh"

// variables are lines of a shell script that set variables. Names and values
// have been held to alphabets without shell characters; they are quoted all the
// same.
type variables struct{ strings.Builder }

func (v *variables) set(name, value string) {
	fmt.Fprintf(v, "%s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
}

// in returns a script with the variables in their place.
func (v *variables) in(script string) []byte {
	return []byte(strings.Replace(script, "@@VARIABLES@@\n", v.String(), 1))
}

// runner returns exec.sh for one synthesised extension.
func runner(in Input, extension recipe) []byte {
	var v variables
	v.set("PLATFORM_ID", in.Plan.Platform.ID)
	v.set("KERNEL_RELEASE", in.Plan.Platform.Kernel)
	v.set("EXTENSION_IDS", extension.id)
	v.set("BOOT_LOG", extension.id+"/"+bootLogName)
	v.set("STRICT", map[bool]string{true: "1", false: "0"}[in.Strict])
	var files []string
	for _, m := range extension.modules {
		files = append(files, m.File)
	}
	v.set("EXT_0_kmod_files", strings.Join(files, " "))
	for i, m := range extension.modules {
		v.set(fmt.Sprintf("EXT_0_kmod_%d_name", i), m.Name)
		if m.Args != "" {
			v.set(fmt.Sprintf("EXT_0_kmod_%d_args", i), m.Args)
		}
	}
	for _, kind := range scriptKinds {
		if name := extension.scripts[kind]; name != "" {
			v.set("EXT_0_scripts_"+kind, name)
		}
	}
	return v.in(execScript)
}

// bootLog returns the script that tells what became of the plan's modules.
func bootLog(in Input, modules []packedModule) []byte {
	var v variables
	var names []string
	for _, m := range modules {
		names = append(names, m.Name)
	}
	v.set("PLAN", in.Plan.ID)
	v.set("PLATFORM_ID", in.Plan.Platform.ID)
	v.set("KERNEL_RELEASE", in.Plan.Platform.Kernel)
	v.set("MODULES", strings.Join(names, " "))
	return v.in(bootLogScript)
}

// onBoot returns the extension's on_boot script. It starts the log first: where
// the loader's own runner is used, nothing else does.
func onBoot(scripts []script) []byte {
	start := fmt.Sprintf(`(sh ./%s </dev/null >"${MODSCOUT_ROOT:-}/dev/console" 2>&1 &) 2>/dev/null`+"\n", bootLogName)
	return chain(start, scripts)
}

// chain returns a script that does start and runs the scripts of several
// extensions one after the other, each as if it were alone: in a shell of its
// own, with its extension's id.
func chain(start string, scripts []script) []byte {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n# Written by modscout: the scripts of the plan's extensions, in order.\n" + start)
	for _, s := range scripts {
		fmt.Fprintf(&b, "(EXT_ID='%s'; export EXT_ID; . './%s') || echo \"modscout: %s of %s ended with status $?\"\n",
			s.extension, s.file, s.file, s.extension)
	}
	b.WriteString("true\n")
	return []byte(b.String())
}
