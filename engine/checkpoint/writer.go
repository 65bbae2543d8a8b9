package checkpoint

import (
	"encoding/binary"
	"io"
	"math"
)

// Writer writes a state, number by number. After an error it writes nothing more.
type Writer struct {
	to     io.Writer
	buffer []byte // not written yet
	err    error
}

const bufferSize = 1 << 16

// NewWriter writes to a stream; Flush ends the writing.
func NewWriter(to io.Writer) *Writer {
	return &Writer{to: to, buffer: make([]byte, 0, bufferSize)}
}

// Section writes the name of the part that follows, which Reader.Section verifies.
func (w *Writer) Section(name string) { w.Text(name) }

// Int writes an integer.
func (w *Writer) Int(v int64) { w.word(uint64(v)) }

// Bool writes a truth value.
func (w *Writer) Bool(v bool) {
	if v {
		w.word(1)
	} else {
		w.word(0)
	}
}

// Float writes a number, bit for bit.
func (w *Writer) Float(v float64) { w.word(math.Float64bits(v)) }

// Floats writes the length of a list and its numbers, bit for bit.
func (w *Writer) Floats(values []float64) {
	w.Int(int64(len(values)))
	for len(values) > 0 {
		n := min(w.room()/8, len(values))
		for _, v := range values[:n] {
			w.buffer = binary.LittleEndian.AppendUint64(w.buffer, math.Float64bits(v))
		}
		values = values[n:]
	}
}

// Text writes a string.
func (w *Writer) Text(s string) {
	w.Int(int64(len(s)))
	for len(s) > 0 {
		n := min(w.room(), len(s))
		w.buffer = append(w.buffer, s[:n]...)
		s = s[n:]
	}
}

func (w *Writer) word(v uint64) {
	w.room()
	w.buffer = binary.LittleEndian.AppendUint64(w.buffer, v)
}

// room makes room in the buffer for a number and returns how much there is.
func (w *Writer) room() int {
	if cap(w.buffer)-len(w.buffer) < 8 {
		_ = w.Flush() // is kept
	}
	return cap(w.buffer) - len(w.buffer)
}

// Flush passes on what is still in the buffer, and returns the first error.
func (w *Writer) Flush() error {
	if w.err == nil {
		_, w.err = w.to.Write(w.buffer)
	}
	w.buffer = w.buffer[:0]
	return w.err
}
