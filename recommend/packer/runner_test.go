package packer

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// target is a pretended appliance: the unpacked layer, and an insmod that
// writes down what it was asked for.
type target struct {
	shell  string
	exts   string // the folder that exec.sh is in
	root   string // where its /proc and /sys are
	log    string
	script string // what is run; "": exec.sh

	sandbox []string // what the shell is put behind, where the script is not ours
}

// prelude replaces the commands that touch the kernel. They are functions,
// because Debian's busybox prefers its own commands to those in PATH. What is
// mounted is a folder beside others: mount makes a link to it. Sleeping is over
// at once.
const prelude = `
uname() { echo "$KERNEL"; }
dmesg() { printf %s "$DMESG"; }
mount() { rmdir "$6" && ln -s "$5" "$6"; }
umount() { rm "$1" && mkdir "$1"; }
sync() { :; }
sleep() { :; }
insmod() {
	echo "${1##*/}${2:+ }$2${3:+ }$3" >>"$LOG"
	case " $FAIL " in *" ${1##*/} "*) echo "insmod: can't insert '$1': invalid module format" >&2; return 1 ;; esac
	case " $EXIST " in *" ${1##*/} "*) echo "insmod: can't insert '$1': File exists" >&2; return 1 ;; esac
}
. "$0"
`

// newTarget unpacks the layer of the plan.
func newTarget(t *testing.T, opts Options) target {
	t.Helper()
	p, w := igbPlan(t)
	opts.Fetch = w.fetch
	files, _ := pack(t, "redpill", p, opts)
	_, bodies := uncpio(t, strings.NewReader(files["custom.gz"]))
	dir := t.TempDir()
	for name, body := range bodies {
		put(t, filepath.Join(dir, name), body)
	}
	put(t, filepath.Join(dir, "root/proc/modules"), "mii 16384 0 - Live 0x0\n")
	return target{
		shell: kotest.Tool(t, "busybox", "busybox-static"),
		exts:  filepath.Join(dir, "exts"),
		root:  filepath.Join(dir, "root"),
		log:   filepath.Join(dir, "log"),
	}
}

func put(t testing.TB, path, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run calls exec.sh and returns its output, its status and insmod's log.
func (g target) run(t *testing.T, env []string, args ...string) (out string, status int, log string) {
	t.Helper()
	os.Remove(g.log)
	script := g.script
	if script == "" {
		script = filepath.Join(g.exts, "exec.sh")
	}
	line := slices.Concat(g.sandbox, []string{g.shell, "sh", "-c", prelude, script}, args)
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Env = append([]string{"PATH=/usr/bin:/bin:/usr/sbin:/sbin", "KERNEL=4.4.180+", "LOG=" + g.log, "MODSCOUT_ROOT=" + g.root}, env...)
	data, err := cmd.CombinedOutput()
	if _, ok := err.(*exec.ExitError); err != nil && !ok {
		t.Fatal(err)
	}
	recorded, _ := os.ReadFile(g.log)
	return string(data), cmd.ProcessState.ExitCode(), string(recorded)
}

// inOrder is insmod's log where all modules of igbPlan are loaded.
const inOrder = "dca.ko\nigb.ko IntMode=1 max_vfs=2\nraid_class.ko\nmpt2sas.ko\n"

func TestExecScript(t *testing.T) {
	tests := []struct {
		name   string
		opts   Options
		env    []string
		args   []string
		modify func(g target)
		out    []string
		status int
		log    string
	}{
		{
			name: "all in order", args: []string{"load_kmods"}, log: inOrder,
			out: []string{"dca.ko loaded", "igb.ko loaded", "raid_class.ko loaded", "mpt2sas.ko loaded", "4 loaded, 0 skipped, 0 failed"},
		}, {
			name: "loaded by its internal name", args: []string{"load_kmods"},
			modify: func(g target) {
				put(t, filepath.Join(g.root, "proc/modules"), "mpt3sas 16384 0 - Live 0x0\ndca_other 1 0\n")
			},
			log: strings.TrimSuffix(inOrder, "mpt2sas.ko\n"),
			out: []string{"dca.ko loaded", "igb.ko loaded", "raid_class.ko loaded", "mpt2sas.ko skipped: mpt3sas is in the kernel already", "3 loaded, 1 skipped, 0 failed"},
		}, {
			name: "built in", args: []string{"load_kmods"},
			modify: func(g target) { put(t, filepath.Join(g.root, "sys/module/dca/parameters/x"), "") },
			log:    strings.TrimPrefix(inOrder, "dca.ko\n"),
			out:    []string{"dca.ko skipped: dca is in the kernel already", "igb.ko loaded", "raid_class.ko loaded", "mpt2sas.ko loaded", "3 loaded, 1 skipped, 0 failed"},
		}, {
			name: "loaded unseen", args: []string{"load_kmods"}, env: []string{"EXIST=dca.ko"}, log: inOrder,
			out: []string{"dca.ko skipped: insmod: can't insert 'modscout.drivers/dca.ko': File exists", "igb.ko loaded", "raid_class.ko loaded", "mpt2sas.ko loaded", "3 loaded, 1 skipped, 0 failed"},
		}, {
			name: "goes on after a failure", args: []string{"load_kmods"}, env: []string{"FAIL=dca.ko igb.ko"}, log: inOrder,
			out: []string{
				"dca.ko FAILED with status 1: insmod: can't insert 'modscout.drivers/dca.ko': invalid module format",
				"igb.ko FAILED with status 1: insmod: can't insert 'modscout.drivers/igb.ko': invalid module format",
				"raid_class.ko loaded", "mpt2sas.ko loaded", "2 loaded, 0 skipped, 2 failed"},
		}, {
			name: "strict ends at the first failure", args: []string{"load_kmods", "--strict"}, env: []string{"FAIL=igb.ko"}, status: 1,
			log: "dca.ko\nigb.ko IntMode=1 max_vfs=2\n",
			out: []string{"dca.ko loaded", "igb.ko FAILED with status 1: insmod: can't insert 'modscout.drivers/igb.ko': invalid module format", "1 loaded, 0 skipped, 1 failed"},
		}, {
			name: "strict when packed", opts: Options{Strict: true}, args: []string{"load_kmods"}, env: []string{"FAIL=dca.ko"}, status: 1, log: "dca.ko\n",
			out: []string{"dca.ko FAILED with status 1: insmod: can't insert 'modscout.drivers/dca.ko': invalid module format", "0 loaded, 0 skipped, 1 failed"},
		}, {
			name: "wrong kernel", args: []string{"load_kmods"}, env: []string{"KERNEL=4.4.302+"},
			out: []string{"REFUSED: this kernel is 4.4.302+, the modules are for 4.4.180+; nothing was loaded"},
		}, {
			name: "wrong kernel, strict", args: []string{"load_kmods", "--strict"}, env: []string{"KERNEL=5.10.55+"}, status: 1,
			out: []string{"REFUSED: this kernel is 5.10.55+, the modules are for 4.4.180+; nothing was loaded"},
		}, {
			name: "the release of the same version", args: []string{"load_kmods"}, env: []string{"KERNEL=4.4.180"}, log: inOrder,
			out: []string{"dca.ko loaded", "igb.ko loaded", "raid_class.ko loaded", "mpt2sas.ko loaded", "4 loaded, 0 skipped, 0 failed"},
		}, {
			name: "nothing on OS load", args: []string{"on_os_load_scripts"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := newTarget(t, test.opts)
			if test.modify != nil {
				test.modify(g)
			}
			out, status, log := g.run(t, test.env, test.args...)
			if diff := cmp.Diff(test.out, said(out)); diff != "" {
				t.Errorf("output mismatch (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.log, log); diff != "" {
				t.Errorf("insmod calls mismatch (-want +got):\n%s", diff)
			}
			if status != test.status {
				t.Errorf("status = %d, want %d", status, test.status)
			}
		})
	}
}

// said returns exec.sh's lines without their mark. A line without it is kept
// whole, so that stray output is seen.
func said(out string) (lines []string) {
	for line := range strings.Lines(out) {
		lines = append(lines, strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "modscout: "))
	}
	return lines
}

func TestExecScriptRunsScripts(t *testing.T) {
	g := newTarget(t, Options{})
	out, status, _ := g.run(t, nil, "on_boot_scripts")
	want := []string{"igb on ds918p_42218 for pocopico.igb", "modscout.drivers on_boot modscout-on_boot.sh ended with status 0"}
	if diff := cmp.Diff(want, said(out)); diff != "" || status != 0 {
		t.Errorf("on_boot_scripts: status %d, output mismatch (-want +got):\n%s", status, diff)
	}

	put(t, filepath.Join(g.exts, synthesised, "check-igb.sh"), "exit 3\n")
	out, status, _ = g.run(t, nil, "on_boot_scripts")
	if status != 0 || !strings.Contains(out, "check-igb.sh of pocopico.igb ended with status 3") {
		t.Errorf("a failing script: status %d, output %q", status, out)
	}
}

func TestExecScriptUsage(t *testing.T) {
	g := newTarget(t, Options{})
	if out, status, _ := g.run(t, nil); status != 2 || !strings.HasPrefix(out, "usage:") {
		t.Errorf("without a verb: status %d, output %q", status, out)
	}
}
