package output

import (
	"encoding/json"
	"io"
	"math"
	"strconv"
)

// Number is a float64 that JSON shows as null where it is undefined or infinite,
// and otherwise in the shortest form that reads back to the same value.
type Number float64

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) {
	v := float64(n)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, v, 'g', -1, 64), nil
}

// WriteJSON writes v indented, without escaping <, > and &, and a final newline.
func WriteJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
