package experiment

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// FuzzParse: any text gives a plan or an *Error, never a panic; and the resolved
// file of a plan reads back to the same plan. The set is a --set argument where
// it is not empty.
func FuzzParse(f *testing.F) {
	for _, c := range edits {
		f.Add(strings.Replace(strings.Replace(valid, c.old, c.new, 1), here, "", 1), "")
	}
	for _, text := range []string{valid, validBlocks, validTeacher, validMany, minimal, "", "[", "{", "a: &a [*a]", "\x00", "? ", "- - -", "%", "...", "---", "<<:", "|", "a: >\n b"} {
		f.Add(text, "")
		f.Add(valid, "name="+text)
		f.Add(valid, "model="+text)
	}
	for _, set := range []string{"dim", "dim=1e15", "model.classes.0=", "variants.0.set.dim=4", "time={steps: 3}", "a..b=", "=", ".=", "init=[{scaled: {of: 1, by: 1e300}}]"} {
		f.Add(valid, set)
	}
	f.Add(valid+"phase: {x: {set: learning-rate, from: 0.1, to: 10, points: 3, spacing: log}, y: {set: [dim, seed], values: [[10, 1]]}}", "dim=10")
	for _, info := range Presets() {
		if strings.HasPrefix(info.Name, "phase-") {
			continue // thousands of experiments
		}
		text, err := Preset(info.Name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "dim=20")
	}
	f.Fuzz(func(t *testing.T, text, set string) {
		var sets []string
		if set != "" {
			sets = append(sets, set)
		}
		plan, err := Parse([]byte(text), "fuzz.yaml", sets)
		if err != nil {
			var bad *Error
			if !errors.As(err, &bad) || bad.Message == "" || bad.File == "" {
				t.Fatalf("%#v is no *Error with a message", err)
			}
			if strings.Contains(bad.File, "--set") == (bad.Line > 0) || (bad.Line > 0) != (bad.Column > 0) {
				t.Fatalf("%v: position %s:%d:%d", bad, bad.File, bad.Line, bad.Column)
			}
			if lines := 1 + strings.Count(strings.ReplaceAll(text, "\r", "\n"), "\n"); bad.Line > lines {
				t.Fatalf("%v: line %d of %d", bad, bad.Line, lines)
			}
			return
		}
		if len(plan.Inputs()) > 0 || plan.Phase != nil || plan.Sweep != nil {
			return // the resolved file needs its copies; every point of a grid or sweep resolves itself
		}
		roundTrip(t, plan)
	})
}

// FuzzDecodeNPY: any bytes give finite numbers or an error.
func FuzzDecodeNPY(f *testing.F) {
	f.Add([]byte{})
	f.Add(npy("<f8", "False", "(2,)", float64Bytes(1, 2)))
	f.Add(npy(">u2", "True", "(0,)", nil))
	f.Add([]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff{}"))
	f.Add(npy("<f4", "False", "(1000000000000000,)", make([]byte, 8)))
	f.Add(npy("|u1", "False", "(0,), 'shape': (1,)", []byte{1}))
	f.Fuzz(func(t *testing.T, data []byte) {
		values, err := decodeNPY(t, data)
		if err == nil && len(values) > len(data) {
			t.Fatalf("%d values of %d bytes", len(values), len(data))
		}
		for _, v := range values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%v is no number", v)
			}
		}
	})
}
