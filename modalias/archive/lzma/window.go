package lzma

// window is the dictionary: the end of what has been decoded, from which
// matches are copied. It grows with what there is, and once it has its size it
// is a ring, in which what is new takes the place of the oldest.
type window struct {
	size    int // how far back a match may point, in bytes
	buf     []byte
	pos     int // of the next byte
	start   int // of the first byte; goes down by size with each round
	pending int // bytes of the last match for which there was no room
}

// minWindow is the smallest dictionary, in bytes.
const minWindow = 4 << 10

// reset begins with an empty dictionary and keeps the memory.
func (w *window) reset(size int) {
	size = max(size, minWindow)
	*w = window{size: size, buf: w.buf[:min(len(w.buf), size)]}
}

// empty begins with an empty dictionary in the middle of a stream.
func (w *window) empty() { w.start = w.pos }

// room makes room for up to want bytes at pos and returns for how many.
func (w *window) room(want int) int {
	if w.pos == w.size {
		w.pos, w.start = 0, w.start-w.size
	}
	if need := min(w.pos+want, w.size); need > len(w.buf) {
		w.grow(need)
	}
	return min(want, len(w.buf)-w.pos)
}

// grow makes the buffer that long at least. It takes a small content or most of
// a dictionary, so that little is left behind for the garbage collector.
func (w *window) grow(length int) {
	if length > cap(w.buf) {
		larger := make([]byte, min(max(length, 16*len(w.buf)), w.size))
		copy(larger, w.buf[:w.pos])
		w.buf = larger
	}
	w.buf = w.buf[:max(length, len(w.buf))]
}

// position is how much there is before the next byte.
func (w *window) position() int { return w.pos - w.start }

// reaches says whether there is a byte at a distance, 0 for the last one.
func (w *window) reaches(distance uint32) bool {
	return uint64(distance) < uint64(min(w.position(), w.size))
}

// at returns the byte at a distance that the window reaches.
func (w *window) at(distance uint32) byte {
	i := w.pos - 1 - int(distance)
	if i < 0 {
		i += len(w.buf)
	}
	return w.buf[i]
}

// repeat appends bytes from a distance that the window reaches, up to limit;
// the others are pending. Where a match overlaps itself it is a pattern, of
// which there is twice as much after each step.
func (w *window) repeat(distance uint32, length, limit int) {
	end := min(w.pos+length, limit)
	w.pending = w.pos + length - end
	from := w.pos - 1 - int(distance)
	if from < 0 { // in the round before
		w.pos += copy(w.buf[w.pos:end], w.buf[from+len(w.buf):])
		from = 0
	}
	for w.pos < end {
		w.pos += copy(w.buf[w.pos:end], w.buf[from:w.pos])
	}
}
