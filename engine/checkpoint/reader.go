package checkpoint

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Reader reads a state in the order in which it was written. After an error it returns
// zeros, and Err says what was wrong.
type Reader struct {
	from      io.Reader
	remaining int64 // bytes of state
	buffer    [8 * 512]byte
	err       error
}

// NewReader reads a state of the given number of bytes.
func NewReader(from io.Reader, size int64) *Reader { return &Reader{from: from, remaining: size} }

// Err is the first error.
func (r *Reader) Err() error { return r.err }

// Fail makes an error the reader's, if it has none: the state makes no sense to who
// reads it.
func (r *Reader) Fail(format string, arguments ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("checkpoint: "+format, arguments...)
	}
}

// Section verifies the name of the part that follows.
func (r *Reader) Section(name string) {
	if found := r.Text(); r.err == nil && found != name {
		r.Fail("found %q where %q was expected", found, name)
	}
}

// Int reads an integer.
func (r *Reader) Int() int64 { return int64(r.word()) }

// Count reads an integer that must be at least 0 and less than the given bound.
func (r *Reader) Count(bound int) int {
	v := r.Int()
	if v < 0 || v >= int64(bound) {
		r.Fail("found %d where a number from 0 to %d was expected", v, bound-1)
		return 0
	}
	return int(v)
}

// Bool reads a truth value.
func (r *Reader) Bool() bool { return r.Count(2) == 1 }

// Float reads a number.
func (r *Reader) Float() float64 { return math.Float64frombits(r.word()) }

// Floats reads a list of numbers of the length of dst.
func (r *Reader) Floats(dst []float64) {
	if n := r.Int(); r.err == nil && n != int64(len(dst)) {
		r.Fail("found %d numbers where %d were expected", n, len(dst))
	}
	r.fill(dst)
}

// NewFloats reads a list of numbers of any length.
func (r *Reader) NewFloats() []float64 {
	n := r.Int()
	if n < 0 || n > r.remaining/8 {
		r.Fail("%d numbers do not fit in %d bytes", n, r.remaining)
	}
	if r.err != nil {
		return nil
	}
	values := make([]float64, n)
	r.fill(values)
	return values
}

func (r *Reader) fill(dst []float64) {
	for len(dst) > 0 {
		n := min(len(dst), len(r.buffer)/8)
		bytes := r.buffer[:8*n]
		if !r.read(bytes) {
			clear(dst)
			return
		}
		for i := range dst[:n] {
			dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(bytes[8*i:]))
		}
		dst = dst[n:]
	}
}

// Text reads a string.
func (r *Reader) Text() string {
	n := r.Int()
	if n < 0 || n > r.remaining {
		r.Fail("a text of %d bytes does not fit in %d", n, r.remaining)
	}
	if r.err != nil {
		return ""
	}
	text := make([]byte, n)
	r.read(text)
	return string(text)
}

func (r *Reader) word() uint64 {
	if !r.read(r.buffer[:8]) {
		return 0
	}
	return binary.LittleEndian.Uint64(r.buffer[:8])
}

func (r *Reader) read(dst []byte) bool {
	if r.err != nil {
		return false
	}
	if int64(len(dst)) > r.remaining {
		r.Fail("the state ends early")
		return false
	}
	r.remaining -= int64(len(dst))
	if _, err := io.ReadFull(r.from, dst); err != nil {
		r.Fail("%w", err)
		return false
	}
	return true
}
