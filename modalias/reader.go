package modalias

import (
	"encoding/binary"
	"fmt"
	"math"
)

// reader takes the parts of a table's body one after another. After the first
// error every part is empty, so that only the end has to ask.
type reader struct {
	in  []byte
	err error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
	}
	r.in = nil
}

// number reads a number that must be at most limit.
func (r *reader) number(limit int) int {
	n, width := binary.Uvarint(r.in)
	if width <= 0 || n > uint64(limit) {
		r.fail("number out of range")
		return 0
	}
	r.in = r.in[width:]
	return int(n)
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.in) {
		r.fail("it ends early")
		return nil
	}
	part := r.in[:n]
	r.in = r.in[n:]
	return part
}

func (r *reader) numbers() numbers {
	count := r.number(len(r.in))
	width := r.number(maxWidth)
	planes := r.bytes(count * width)
	if r.err != nil || width == 0 {
		r.fail("numbers of no width")
		return numbers{}
	}
	return numbers{planes, count, width}
}

// sums reads what appendSums wrote.
func (r *reader) sums() unfolded {
	steps, sum := r.numbers(), uint64(0)
	list := steps.unfold()
	for i, step := range list {
		if sum += uint64(step); sum > math.MaxUint32 {
			r.fail("numbers out of range")
			return nil
		}
		list[i] = uint32(sum)
	}
	return list
}

// within says that what ends last must end at most at limit.
func (r *reader) within(ends unfolded, limit int) {
	if n := len(ends); r.err == nil && n > 0 && ends.at(n-1) > limit {
		r.fail("%d of %d bytes", ends.at(n-1), limit)
	}
}

// column reads numbers of which there must be count.
func (r *reader) column(count int) numbers {
	n := r.numbers()
	if r.err == nil && n.count != count {
		r.fail("%d numbers where %d belong", n.count, count)
	}
	return n
}

func (r *reader) words() words {
	w := words{count: r.number(blockSize * len(r.in))}
	w.blocks = r.sums()
	w.data = r.bytes(r.number(len(r.in)))
	r.within(w.blocks, len(w.data))
	if r.err == nil && len(w.blocks) != (w.count+blockSize-1)/blockSize {
		r.fail("%d blocks of %d words", len(w.blocks), w.count)
	}
	if r.err != nil {
		return words{}
	}
	return w
}

func (r *reader) index() Index {
	x := Index{heads: r.words()}
	parents, tail := r.column(len(x.heads.blocks)), r.column(x.heads.count)
	x.parents, x.tail = parents.unfold(), tail.unfold()
	x.tails = r.tails()
	for _, n := range x.tail {
		if int(n) >= len(x.tails.texts) {
			r.fail("no tail %d", n)
			return Index{}
		}
	}
	return x
}

func (r *reader) tails() tails {
	text := string(r.bytes(r.number(len(r.in))))
	ends := r.sums()
	r.within(ends, len(text))
	from, to := r.column(len(ends)), r.column(len(ends))
	t := tails{make([]string, len(ends)), make([]string, len(ends))}
	start := 0
	for i := range ends {
		end, a, b := ends.at(i), from.at(i), to.at(i)
		if r.err != nil || a > b || b > end-start {
			r.fail("tails are not where they belong")
			return tails{}
		}
		t.texts[i] = text[start:end]
		t.anchors[i] = t.texts[i][a:b]
		start = end
	}
	return t
}
