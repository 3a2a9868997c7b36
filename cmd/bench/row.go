package main

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

type options struct {
	runs     int
	short    bool
	cache    string
	modscout string
	rpext    string // a clone of pocopico/rp-ext, or ""
	document string // that gets the table too, or ""
	only     *regexp.Regexp
}

// row is one line of the table: the same work done by us and by a peer.
type row struct {
	work   string
	beside string  // the peer, in a word
	goal   float64 // ratio of cost, ours to the peer's
	wall   float64 // goal of the ratio of the time that passes; 0: none
	bytes  bool    // the cost is memory
	slow   bool    // three runs are enough
	cold   bool    // nothing is to be brought into memory first
	ours   func() (sample, error)
	peer   func() (sample, error)
	equal  func() (string, error) // compares the results; says what was equal
}

// result is what became of a row.
type result struct {
	row
	oursMedian, peerMedian sample
	ratios, walls          []float64
	equality               string
}

// within gives a row a goal for the time that passes, too.
func (r row) within(goal float64) row {
	r.wall = goal
	return r
}

// measure runs both sides in turn, after one run each that is not counted, so
// that neither profits from files that the other has brought into memory; but
// not for a row that is cold.
func (r row) measure(runs int) (result, error) {
	res := result{row: r}
	if r.slow {
		runs = min(runs, 3)
	}
	var ours, peers []sample
	warming := 1
	if r.cold {
		warming = 0
	}
	for i := range warming + runs {
		our, err := r.ours()
		if err != nil {
			return res, fmt.Errorf("%s: %w", r.work, err)
		}
		peer, err := r.peer()
		if err != nil {
			return res, fmt.Errorf("%s: the peer: %w", r.work, err)
		}
		if i >= warming {
			ours, peers = append(ours, our), append(peers, peer)
			res.ratios = append(res.ratios, our.cost/peer.cost)
			res.walls = append(res.walls, float64(our.wall)/float64(peer.wall))
		}
	}
	slices.Sort(res.ratios)
	slices.Sort(res.walls)
	res.oursMedian, res.peerMedian = median(ours), median(peers)
	var err error
	if res.equality, err = r.equal(); err != nil {
		return res, fmt.Errorf("%s: %w", r.work, err)
	}
	return res, nil
}

func median(samples []sample) sample {
	slices.SortFunc(samples, func(a, b sample) int { return int(a.cost - b.cost) })
	return samples[len(samples)/2]
}

// quartile returns the value below which n quarters of the sorted values lie.
func quartile(values []float64, n int) float64 {
	return values[n*(len(values)-1)/4]
}

const tableHead = `| work | beside | ours | theirs | ratio (quartiles) | goal | time that passes (goal) | peak memory | results |
|---|---|---|---|---|---|---|---|---|
`

// String returns the line of the table.
func (r result) String() string {
	ratio := bold(fmt.Sprintf("%.3f (%.3f-%.3f)", quartile(r.ratios, 2), quartile(r.ratios, 1), quartile(r.ratios, 3)),
		quartile(r.ratios, 2) > r.goal)
	wall := "-"
	if r.wall > 0 {
		wall = bold(fmt.Sprintf("%.2f (%.2f)", quartile(r.walls, 2), r.wall), quartile(r.walls, 2) > r.wall)
	}
	peaks := megabytes(r.oursMedian.memory) + " / " + megabytes(r.peerMedian.memory)
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %.2f | %s | %s | %s |\n",
		r.work, r.beside, r.amount(r.oursMedian), r.amount(r.peerMedian), ratio, r.goal, wall, peaks, r.equality)
}

// bold marks what missed its goal.
func bold(text string, missed bool) string {
	if missed {
		return "**" + text + "**"
	}
	return text
}

// amount is a cost as a person reads it.
func (r row) amount(s sample) string {
	if r.bytes {
		return megabytes(int64(s.cost))
	}
	return duration(s).String()
}

// duration rounds to what the eye can compare.
func duration(s sample) time.Duration {
	d := time.Duration(s.cost)
	for unit := time.Duration(1); ; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit)
		}
	}
}

func megabytes(n int64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f MB", float64(n)/1e6)
}
