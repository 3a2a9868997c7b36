package lzma

// window holds the end of what has been decoded: the dictionary, from which
// matches are copied. It is one piece of memory in which the dictionary moves
// up, and is moved down now and then, so that no match runs over an edge.
type window struct {
	size  int    // how far back a match may point, in bytes
	buf   []byte // grows with what there is, up to most
	pos   int    // the end of what has been decoded
	start int    // the beginning of the dictionary; below zero once it has left buf
}

const (
	minWindow = 4 << 10  // smallest dictionary, in bytes
	minRoom   = 64 << 10 // behind a full dictionary: enough for a chunk that is stored
)

// reset begins with an empty dictionary and keeps the memory.
func (w *window) reset(size int) {
	w.size, w.pos, w.start = max(size, minWindow), 0, 0
	w.buf = w.buf[:min(len(w.buf), w.most())]
}

// most is the greatest length of buf. Half of a dictionary behind the
// dictionary makes moving it cheap.
func (w *window) most() int { return w.size + max(w.size/2, minRoom) }

// room makes room for up to want bytes behind pos and returns for how many:
// for want or at least minRoom.
func (w *window) room(want int) int {
	if len(w.buf)-w.pos < want {
		w.grow(w.pos + want)
	}
	if len(w.buf)-w.pos < min(want, minRoom) {
		gone := w.pos - w.size
		copy(w.buf, w.buf[gone:w.pos])
		w.pos, w.start = w.pos-gone, w.start-gone
	}
	return min(want, len(w.buf)-w.pos)
}

// grow makes buf that long, or as long as it gets. It doubles, so that little
// is copied.
func (w *window) grow(length int) {
	if length = min(length, w.most()); length > cap(w.buf) {
		larger := make([]byte, min(max(length, 2*cap(w.buf)), w.most()))
		copy(larger, w.buf[:w.pos])
		w.buf = larger
	}
	w.buf = w.buf[:max(length, len(w.buf))]
}

// reaches says whether there is a byte at a distance.
func (w *window) reaches(distance uint32) bool {
	return uint64(distance) < uint64(min(w.pos-w.start, w.size))
}

// last returns the byte at the end, 0 where there is none.
func (w *window) last() byte {
	if w.pos == w.start {
		return 0
	}
	return w.buf[w.pos-1]
}

// repeat appends length bytes from a distance that the window reaches, 0 for
// the last byte. Where a match overlaps itself it is a pattern, of which there
// is twice as much after each step.
func (w *window) repeat(distance uint32, length int) {
	from := w.pos - 1 - int(distance)
	for end := w.pos + length; w.pos < end; {
		w.pos += copy(w.buf[w.pos:end], w.buf[from:w.pos])
	}
}
