package output

import (
	"encoding/json"
	"io"
	"math"
	"strconv"
)

// Schema is the version of the JSON documents that the program prints and writes. It
// grows when a field changes its meaning or type or goes away, not when one is added.
const Schema = 1

// Header begins every JSON document.
type Header struct {
	Schema  int    `json:"schema"`
	Program string `json:"program"`
	Kind    Kind   `json:"kind"`
	Version string `json:"version"`
}

// NewHeader is the header of a document about something.
func NewHeader(kind Kind) Header { return Header{Schema, Program, kind, Version()} }

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
