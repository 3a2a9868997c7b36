package recommend

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/modscout/modscout/modalias/ko/kotest"
)

// TestSolveAgreesWithCBC: COIN-OR's solver of integer programs, which knows
// nothing of modules, finds the same optimum where brute force cannot go.
func TestSolveAgreesWithCBC(t *testing.T) {
	cbc := kotest.Tool(t, "cbc", "coinor-cbc")
	instances := 100
	if testing.Short() {
		instances = 20
	}
	solvable, most := 0, 0
	for seed := range uint64(instances) {
		r := rand.New(rand.NewPCG(seed, 5))
		p := randomProblem(r, 20+r.IntN(60), 40+r.IntN(120), 10+r.IntN(90), 2+r.IntN(9))
		addRivals(r, p)
		got, ok := p.solve(unlimited)
		want, feasible := runCBC(t, cbc, integerProgram(p))
		if ok != feasible {
			t.Fatalf("seed %d: solve() found a solution: %v, CBC: %v", seed, ok, feasible)
		}
		if !ok {
			continue
		}
		solvable++
		most = max(most, got.nodes)
		exts, _ := p.fewestExtensions(got.builds)
		if value := len(got.builds)*moduleWeight + exts; value != want || !got.optimal {
			t.Errorf("seed %d: solve() has %d modules of %d extensions, optimal %v; CBC %d of %d",
				seed, len(got.builds), exts, got.optimal, want/moduleWeight, want%moduleWeight)
		}
	}
	t.Logf("%d of %d solvable, %d nodes at most", solvable, instances, most)
	if solvable < instances/2 {
		t.Errorf("only %d of %d instances have a solution", solvable, instances)
	}
}

// moduleWeight makes one module cost more than all extensions together.
const moduleWeight = 1000

// integerProgram writes a problem as CPLEX's LP format, which CBC reads: x0 is 1
// where build 0 is loaded, y0 where something is taken from extension 0.
func integerProgram(p *problem) string {
	var b strings.Builder
	xs, ys := names("x", upTo(len(p.needs))), names("y", upTo(p.nexts))
	fmt.Fprintf(&b, "Minimize\n cost: %d %s\n  + %s\nSubject To\n", moduleWeight, strings.Join(xs, fmt.Sprintf("\n  + %d ", moduleWeight)), strings.Join(ys, "\n  + "))
	for _, clause := range p.clauses[:p.devices] {
		fmt.Fprintf(&b, " %s >= 1\n", strings.Join(names("x", clause), " + "))
	}
	for build := range p.needs {
		for _, clause := range p.needs[build] {
			if builds := p.clauses[clause]; !slices.Contains(builds, build) {
				fmt.Fprintf(&b, " %s - x%d >= 0\n", strings.Join(names("x", builds), " + "), build)
			}
		}
		for _, rival := range p.rivals[build] {
			fmt.Fprintf(&b, " x%d + x%d <= 1\n", build, rival)
		}
		fmt.Fprintf(&b, " %s - x%d >= 0\n", strings.Join(names("y", p.exts[build]), " + "), build)
	}
	fmt.Fprintf(&b, "Binaries\n %s\nEnd\n", strings.Join(slices.Concat(xs, ys), "\n "))
	return b.String()
}

func names(letter string, numbers []int) []string {
	list := make([]string, len(numbers))
	for i, n := range numbers {
		list[i] = fmt.Sprint(letter, n)
	}
	return list
}

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// runCBC returns the smallest cost, or false where there is no solution.
func runCBC(t *testing.T, cbc, program string) (int, bool) {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "problem.lp"), filepath.Join(dir, "solution")
	if err := os.WriteFile(in, []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	log, err := exec.Command(cbc, in, "ratioGap", "0", "allowableGap", "0", "solve", "solution", out).CombinedOutput()
	if err != nil {
		t.Fatalf("cbc failed: %v\n%s", err, log)
	}
	answer, err := os.ReadFile(out)
	if err != nil {
		t.Fatalf("cbc wrote no solution: %v\n%s", err, log)
	}
	line, _, _ := strings.Cut(string(answer), "\n")
	if strings.HasPrefix(line, "Infeasible") || strings.HasPrefix(line, "Integer infeasible") {
		return 0, false
	}
	var cost float64
	if _, err := fmt.Sscanf(line, "Optimal - objective value %f", &cost); err != nil {
		t.Fatalf("cbc says %q\n%s", line, log)
	}
	return int(cost + 0.5), true
}
