package recommend

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bruteForce tries every set of builds, without any of the solver's ideas.
func bruteForce(p *problem) ([]int, bool) {
	var best []int
	bestExts := 0
	for set := range uint(1) << len(p.needs) {
		if best != nil && bits.OnesCount(set) > len(best) || !satisfied(p, set) {
			continue
		}
		builds := members(set)
		exts := bruteExtensions(p, builds)
		better := best == nil || len(builds) < len(best) ||
			exts < bestExts || exts == bestExts && slices.Compare(builds, best) < 0
		if better {
			best, bestExts = builds, exts
		}
	}
	return best, best != nil
}

// satisfied holds a set of builds against the definition of the problem.
func satisfied(p *problem, set uint) bool {
	holds := func(clause int) bool {
		return slices.ContainsFunc(p.clauses[clause], func(build int) bool { return set>>build&1 == 1 })
	}
	for clause := range p.devices {
		if !holds(clause) {
			return false
		}
	}
	for _, build := range members(set) {
		if meets(p.rivals[build], members(set)) {
			return false
		}
		for _, clause := range p.needs[build] {
			if !holds(clause) {
				return false
			}
		}
	}
	return true
}

func bruteExtensions(p *problem, builds []int) int {
	for size := 0; ; size++ {
		for set := range uint(1) << p.nexts {
			if bits.OnesCount(set) != size {
				continue
			}
			if !slices.ContainsFunc(builds, func(build int) bool { return !meets(p.exts[build], members(set)) }) {
				return size
			}
		}
	}
}

func members(set uint) []int {
	list := []int{}
	for ; set != 0; set &= set - 1 {
		list = append(list, bits.TrailingZeros(set))
	}
	return list
}

// randomProblem makes devices that up to width builds serve, dependencies
// among builds, and builds that several extensions ship.
func randomProblem(r *rand.Rand, devices, builds, exts, width int) *problem {
	p := &problem{devices: devices, needs: make([][]int, builds), exts: make([][]int, builds), nexts: exts}
	p.rivals = make([][]int, builds)
	for range devices {
		p.clauses = append(p.clauses, pick(r, builds, 1+r.IntN(width)))
	}
	for build := range builds {
		p.exts[build] = pick(r, exts, 1+r.IntN(1+r.IntN(3)))
		for range max(0, r.IntN(5)-2) {
			p.needs[build] = append(p.needs[build], len(p.clauses))
			p.clauses = append(p.clauses, pick(r, builds, 1+max(0, r.IntN(4)-2)))
		}
	}
	return p
}

// addRivals makes some builds exclude each other.
func addRivals(r *rand.Rand, p *problem) {
	for build := 1; build < len(p.rivals); build++ {
		if r.IntN(6) == 0 && p.rivals[build-1] == nil {
			p.rivals[build-1], p.rivals[build] = []int{build}, []int{build - 1}
		}
	}
}

// pick returns up to n different numbers below limit, ascending.
func pick(r *rand.Rand, limit, n int) []int {
	var list []int
	for range n {
		list = append(list, r.IntN(limit))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func TestSolveAgreesWithBruteForce(t *testing.T) {
	instances := 10_000
	if testing.Short() {
		instances = 1_000
	}
	for seed := range uint64(instances) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := randomProblem(r, 1+r.IntN(6), 1+r.IntN(9), 1+r.IntN(5), 1+r.IntN(4))
		addRivals(r, p)
		want, solvable := bruteForce(p)
		got, ok := p.solve(unlimited)
		if ok != solvable {
			t.Fatalf("seed %d: solve() found a solution: %v, brute force: %v", seed, ok, solvable)
		}
		if !ok {
			continue
		}
		if diff := cmp.Diff(want, got.builds); diff != "" {
			t.Fatalf("seed %d: solve() mismatch (-brute force +solve):\n%s\nproblem: %+v", seed, diff, p)
		}
		if !got.optimal || got.bound != len(want) {
			t.Fatalf("seed %d: optimal %v, bound %d; want a proof of %d", seed, got.optimal, got.bound, len(want))
		}
		if from := slices.Compact(slices.Sorted(slices.Values(got.exts))); len(from) != bruteExtensions(p, want) {
			t.Fatalf("seed %d: builds taken from extensions %v", seed, from)
		}
	}
}

func TestSolveSaysWhenTheBudgetIsSpent(t *testing.T) {
	p := randomProblem(rand.New(rand.NewPCG(7, 7)), 50, 100, 100, 10)
	full, _ := p.solve(unlimited)
	got, ok := p.solve(60)
	switch {
	case !ok:
		t.Fatal("solve() found no solution at all")
	case got.optimal:
		t.Errorf("60 nodes prove what takes %d", full.nodes)
	case got.bound > len(full.builds) || got.bound < 1:
		t.Errorf("lower bound %d, the optimum is %d", got.bound, len(full.builds))
	}
}

func BenchmarkSolveRandom(b *testing.B) {
	for _, width := range []int{4, 8, 16} {
		b.Run(fmt.Sprintf("50x100/width=%d", width), func(b *testing.B) {
			nodes, unproven := 0, 0
			for i := range b.N {
				p := randomProblem(rand.New(rand.NewPCG(uint64(i%20), 3)), 50, 100, 100, width)
				got, _ := p.solve(nodeBudget)
				nodes += got.nodes
				if !got.optimal {
					unproven++
				}
			}
			b.ReportMetric(float64(nodes)/float64(b.N), "nodes/op")
			b.ReportMetric(float64(unproven)/float64(b.N), "unproven/op")
		})
	}
}
