package modalias

import (
	"encoding/binary"
	"fmt"
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
	n := numbers{count: r.number(len(r.in))}
	if width := r.bytes(1); len(width) == 1 && width[0] >= 1 && width[0] <= maxWidth {
		n.width = int(width[0])
	} else {
		r.fail("numbers of no width")
	}
	n.data = r.bytes(n.count * n.width)
	if r.err != nil {
		return numbers{}
	}
	return n
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
	w.blocks = r.numbers()
	w.data = r.bytes(r.number(len(r.in)))
	if r.err == nil && !w.check() {
		r.fail("words are not where they belong")
	}
	if r.err != nil {
		return words{}
	}
	return w
}

func (r *reader) index() Index {
	x := Index{heads: r.words()}
	x.parents = r.column(x.heads.blocks.count)
	x.tail = r.column(x.heads.count)
	x.tails.text = string(r.bytes(r.number(len(r.in))))
	x.tails.ends = r.numbers()
	x.tails.anchorAt = r.column(x.tails.ends.count)
	x.tails.anchorTo = r.column(x.tails.ends.count)
	return x
}
