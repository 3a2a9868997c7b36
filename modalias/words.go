package modalias

import (
	"encoding/binary"
	"math"
)

// words is a list of strings, ascending, as it lies in a file: each is the
// length that it shares with the one before it, the length of the rest, and
// the rest. The first of every block is whole, so that any can be found.
type words struct {
	count  int
	blocks unfolded // where each begins in data
	data   []byte
}

const blockSize = 16 // words; more would make the file smaller and every look into it slower

func appendWords(out []byte, list []string) []byte {
	const usual = 16 // bytes of a word
	blocks, data := make([]int, 0, len(list)/blockSize+1), make([]byte, 0, usual*len(list))
	for i, word := range list {
		shared := 0
		if i%blockSize == 0 {
			blocks = append(blocks, len(data))
		} else {
			shared = commonPrefix(list[i-1], word)
		}
		data = binary.AppendUvarint(data, uint64(shared))
		data = binary.AppendUvarint(data, uint64(len(word)-shared))
		data = append(data, word[shared:]...)
	}
	out = binary.AppendUvarint(out, uint64(len(list)))
	out = appendSums(out, blocks)
	return appendBytes(out, data)
}

func commonPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// block returns the bytes of a block, checked where the file was opened.
func (w *words) block(b int) []byte {
	end := len(w.data)
	if b+1 < len(w.blocks) {
		end = w.blocks.at(b + 1)
	}
	return w.data[w.blocks.at(b):end]
}

// next cuts one word off a block. It gives ok = false at the end, and where
// the block is damaged.
func next(block []byte) (shared int, rest, after []byte, ok bool) {
	shared, block, ok = short(block)
	if !ok {
		return 0, nil, nil, false
	}
	size, block, ok := short(block)
	if !ok || size > len(block) {
		return 0, nil, nil, false
	}
	return shared, block[:size], block[size:], true
}

// short reads a number that is mostly below 128.
func short(in []byte) (int, []byte, bool) {
	if len(in) > 0 && in[0] < 0x80 {
		return int(in[0]), in[1:], true
	}
	n, width := binary.Uvarint(in)
	if width <= 0 || n > math.MaxInt32 {
		return 0, nil, false
	}
	return int(n), in[width:], true
}

// first returns the first word of a block.
func (w *words) first(b int) []byte {
	_, word, _, _ := next(w.block(b))
	return word
}

// append appends the i-th word to buf.
func (w *words) append(buf []byte, i int) []byte {
	if uint(i) >= uint(w.count) {
		return buf
	}
	start := len(buf)
	block := w.block(i / blockSize)
	for range i%blockSize + 1 {
		shared, rest, after, ok := next(block)
		if !ok || shared > len(buf)-start {
			return buf[:start]
		}
		buf = append(buf[:start+shared], rest...)
		block = after
	}
	return buf
}

// at returns the i-th word.
func (w *words) at(i int) string {
	var buf [128]byte
	return string(w.append(buf[:0], i))
}

// all returns the list.
func (w *words) all() []string {
	list := make([]string, 0, w.count)
	w.each(func(word []byte) { list = append(list, string(word)) })
	return list
}

// each calls visit with the words in turn, which are good until it returns.
func (w *words) each(visit func(word []byte)) {
	for b := range len(w.blocks) {
		block, word := w.block(b), []byte(nil)
		for range min(blockSize, w.count-b*blockSize) {
			shared, rest, after, ok := next(block)
			shared = min(shared, len(word))
			word = append(word[:shared], rest...)
			visit(word)
			if block = after; !ok {
				block = nil
			}
		}
	}
}
