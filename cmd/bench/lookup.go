package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/modscout/modscout/modalias"
)

//go:embed testdata/lookup.c
var lookupSource string

// lookupVerb makes this program do the lookups that lookup.c does with libkmod.
const lookupVerb = "lookup"

const (
	lookupKeys   = 1200
	lookupRounds = 20
)

// lookupRows compare resident lookups with libkmod: mean, median and worst
// over the same keys; and one lookup over many platforms with one over one.
func (b *bench) lookupRows() ([]row, error) {
	db := filepath.Join(b.dir, "lookup.db")
	if err := b.prepare(b.first, db); err != nil {
		return nil, err
	}
	keys, err := lookupInput(filepath.Join(b.first.modules, "modules.alias"))
	if err != nil {
		return nil, err
	}
	peer := filepath.Join(b.dir, "lookup")
	if err := compile(lookupSource, peer, "-lkmod"); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	ours := &lookups{keys, []string{self, lookupVerb, db, strconv.Itoa(lookupRounds)}, nil, nil}
	theirs := &lookups{keys, []string{peer, b.first.modules, strconv.Itoa(lookupRounds)}, nil, nil}
	equal := func() (string, error) { return equalAnswers(keys, ours.answers, theirs.answers) }
	many, err := b.manyPlatforms(db, 100)
	if err != nil {
		return nil, err
	}
	hundred := &lookups{keys, []string{self, lookupVerb, many, strconv.Itoa(lookupRounds)}, nil, nil}
	return []row{
		{work: "lookup, mean", beside: "libkmod, resident", goal: 0.08, ours: ours.mean, peer: theirs.mean, equal: equal},
		{work: "lookup, median", beside: "libkmod, resident", goal: 0.15, ours: ours.median, peer: theirs.median, equal: equal},
		{work: "lookup, worst", beside: "libkmod, resident", goal: 0.5, ours: ours.worst, peer: theirs.worst, equal: equal},
		{work: "lookup over 100 platforms", beside: "over one", goal: 1.5, ours: hundred.mean, peer: ours.mean,
			equal: func() (string, error) { return equalAnswers(keys, hundred.answers, ours.answers) }},
		b.openRow(db),
	}, nil
}

// openRow measures how long it takes until a database in memory can answer.
func (b *bench) openRow(db string) row {
	opening := func() (sample, error) {
		data, err := os.ReadFile(db)
		if err != nil {
			return sample{}, err
		}
		var bad error
		cost := least(lookupRounds, func() {
			table, err := modalias.ReadTable(data)
			if err == nil {
				table.Lookup("pci:v00008086d000015F3sv00000000sd00000000bc02sc00i00")
			}
			bad = errors.Join(bad, err)
		})
		return sample{cost: cost}, bad
	}
	return row{
		work: "open the database and answer once", beside: "a limit", goal: 1, ours: opening, peer: constant(1e6),
		equal: func() (string, error) { return compressedSize(db) },
	}
}

// compressedSize says how large a database is, and as zstd makes it.
func compressedSize(db string) (string, error) {
	data, err := os.ReadFile(db)
	if err != nil {
		return "", err
	}
	packed, err := exec.Command("zstd", "-q", "-19", "-c", db).Output()
	return fmt.Sprintf("%d bytes, %d compressed", len(data), len(packed)), err
}

// manyPlatforms writes a database in which a kernel stands n times under as many names.
func (b *bench) manyPlatforms(db string, n int) (string, error) {
	one, err := platforms(db)
	if err != nil {
		return "", err
	}
	var many []modalias.Platform
	for i := range n {
		many = append(many, modalias.Platform{ID: fmt.Sprintf("platform:%d", i), Modules: one[0].Modules})
	}
	var out bytes.Buffer
	if _, err := modalias.NewTable(many).WriteTo(&out); err != nil {
		return "", err
	}
	file := filepath.Join(b.dir, "many.db")
	return file, os.WriteFile(file, out.Bytes(), 0o644)
}

// lookups is a program that answers keys and says what each cost.
type lookups struct {
	keys    []string
	command []string
	times   []float64 // of the last run, nanoseconds, sorted
	answers []string  // modules of each key, sorted, one space between them
}

func (l *lookups) mean() (sample, error) {
	return l.cost(func() float64 {
		sum := 0.0
		for _, t := range l.times {
			sum += t
		}
		return sum / float64(len(l.times))
	})
}

func (l *lookups) median() (sample, error) {
	return l.cost(func() float64 { return quartile(l.times, 2) })
}

func (l *lookups) worst() (sample, error) {
	return l.cost(func() float64 { return quartile(l.times, 4) })
}

// cost runs the program and sums up its times.
func (l *lookups) cost(of func() float64) (sample, error) {
	floor := lowerPeak()
	cmd := exec.Command(l.command[0], l.command[1:]...)
	cmd.Stdin = strings.NewReader(strings.Join(l.keys, "\n") + "\n")
	out, err := cmd.Output()
	if err != nil {
		return sample{}, err
	}
	l.times, l.answers = l.times[:0], l.answers[:0]
	for line := range strings.Lines(string(out)) {
		cost, modules, _ := strings.Cut(line, "\t")
		nanoseconds, err := strconv.ParseFloat(cost, 64)
		if err != nil {
			return sample{}, err
		}
		names := slices.Sorted(strings.FieldsSeq(modules))
		l.times = append(l.times, nanoseconds)
		l.answers = append(l.answers, strings.Join(slices.Compact(names), " "))
	}
	if len(l.times) != len(l.keys) {
		return sample{}, fmt.Errorf("%d answers to %d keys", len(l.times), len(l.keys))
	}
	slices.Sort(l.times)
	s := spent(cmd.ProcessState, 0, floor)
	s.cost = of()
	return s, nil
}

func equalAnswers(keys, ours, theirs []string) (string, error) {
	matched := 0
	for i, key := range keys {
		if ours[i] != theirs[i] {
			return "", fmt.Errorf("%s: we say %q, the peer says %q", key, ours[i], theirs[i])
		}
		if ours[i] != "" {
			matched++
		}
	}
	return fmt.Sprintf("%d keys, %d matched", len(keys), matched), nil
}

// lookupInput makes keys of aliases spread evenly over depmod's list: devices
// as they would be, with zeros for what the alias leaves open.
func lookupInput(file string) ([]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var keys []string
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) == 3 && strings.Contains(fields[1], ":") {
			keys = append(keys, concrete(fields[1]))
		}
	}
	step := max(1, len(keys)/lookupKeys)
	var spread []string
	for i := 0; i < len(keys); i += step {
		spread = append(spread, keys[i])
	}
	return spread, nil
}

// concrete puts a zero for each wildcard and the first of each class.
func concrete(alias string) string {
	var key strings.Builder
	for len(alias) > 0 {
		c := alias[0]
		alias = alias[1:]
		switch c {
		case '*', '?':
			key.WriteByte('0')
		case '[':
			key.WriteByte(alias[0])
			_, alias, _ = strings.Cut(alias, "]")
		default:
			key.WriteByte(c)
		}
	}
	return key.String()
}

// compile makes the C program of a peer, with further arguments for the linker.
func compile(source, output string, linker ...string) error {
	cmd := exec.Command("cc", append([]string{"-O2", "-x", "c", "-", "-o", output}, linker...)...)
	cmd.Stdin = strings.NewReader(source)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("compiling %s (apt-get install gcc libc6-dev libkmod-dev): %w\n%s", filepath.Base(output), err, out)
	}
	return nil
}

// lookupMain is "bench lookup DB ROUNDS": see lookup.c.
func lookupMain(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: bench lookup DB ROUNDS")
	}
	table, err := modalias.OpenTable(args[0])
	if err != nil {
		return err
	}
	rounds, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	return answerKeys(table, rounds, os.Stdin, os.Stdout)
}

func answerKeys(table *modalias.Table, rounds int, in io.Reader, out io.Writer) error {
	w := bufio.NewWriter(out)
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<16)
	for lines.Scan() {
		var claims []modalias.Claim
		key := lines.Text()
		cost := least(rounds, func() { claims = table.Lookup(key) })
		fmt.Fprintf(w, "%.0f\t", cost)
		for _, claim := range claims {
			if !claim.Builtin {
				fmt.Fprintf(w, "%s ", claim.Name)
			}
		}
		fmt.Fprintln(w)
	}
	return errors.Join(lines.Err(), w.Flush())
}
