package compare

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"anisgd/bench/machine"
	"anisgd/bench/record"
	"anisgd/bench/suite"
	"anisgd/kernels/cpu"
)

// FuzzOf: any two files that can be read are compared, in finite numbers, or refused with a reason.
func FuzzOf(f *testing.F) {
	origin := &record.Origin{Machine: machine.Describe(8e9), Threads: 1, Version: "v1"}
	var results []suite.Result
	for _, c := range suite.Cases(machine.Levels())[:20] {
		r := suite.Result{Case: c, Path: cpu.AVX2, Checksum: 5, HasChecksum: c.Probe == nil}
		for i := range 7 {
			r.Samples = append(r.Samples, suite.Sample{Operations: 1, Seconds: 1e-6 * float64(i+1)})
		}
		results = append(results, r)
	}
	var written bytes.Buffer
	if err := record.Write(&written, origin, results); err != nil {
		f.Fatal(err)
	}
	text := written.String()
	f.Add(text, text)
	f.Add(text, strings.ReplaceAll(text, "path: avx2", "path: generic"))
	f.Add(text, strings.ReplaceAll(text, " 1000 ns/op", " 1e-300 ns/op"))
	f.Fuzz(func(t *testing.T, a, b string) {
		var sides []Side
		for _, text := range []string{a, b} {
			file, err := record.Read(strings.NewReader(text), "fuzz")
			if err != nil {
				return
			}
			sides = append(sides, Side{Label: "fuzz", File: file})
		}
		c, err := Of(sides)
		if err != nil {
			return
		}
		for _, l := range c.Layers {
			for _, row := range l.Rows {
				for _, cell := range row.Cells {
					if math.IsNaN(cell.Share) || math.IsNaN(cell.P) || math.IsNaN(cell.Ratio.Value) {
						t.Fatalf("%s: %+v", row.Name, cell)
					}
					_ = cell.Words()
				}
			}
		}
	})
}
