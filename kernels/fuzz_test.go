package kernels

import (
	"encoding/binary"
	"math"
	"testing"

	"anisgd/kernels/cpu"
)

// fuzzArrays cuts the data into so many arrays of one length.
func fuzzArrays(data []byte, arrays int) [][]float64 {
	n := len(data) / 8 / arrays
	v := make([][]float64, arrays)
	for i := range v {
		v[i] = make([]float64, n)
		for j := range v[i] {
			v[i][j] = math.Float64frombits(binary.LittleEndian.Uint64(data))
			data = data[8:]
		}
	}
	return v
}

func fuzzSeeds(f *testing.F) {
	for which := range uint16(3) {
		data := make([]byte, 0, 8*700)
		for i, x := range someVector(700) {
			if i%31 == int(which) {
				x = special[i%len(special)]
			}
			data = binary.LittleEndian.AppendUint64(data, math.Float64bits(x))
		}
		f.Add(which*7, data)
	}
}

// FuzzPaths compares the paths of a kernel, chosen by number, on any numbers.
func FuzzPaths(f *testing.F) {
	fuzzSeeds(f)
	cases := kernelCases()
	f.Fuzz(func(t *testing.T, which uint16, data []byte) {
		c := cases[int(which)%len(cases)]
		want := fuzzArrays(data, c.arrays)
		inputs := clone(want)
		var wantSums []Partial
		onPath(cpu.Generic, func() { wantSums = c.run(want) })
		for _, path := range cpu.Available()[1:] {
			got := clone(inputs)
			var gotSums []Partial
			onPath(path, func() { gotSums = c.run(got) })
			comparePartials(t, c.name, gotSums, wantSums)
			for i := range got {
				compareVectors(t, c.name, got[i], want[i])
			}
		}
	})
}

// FuzzCoupling compares the paths of a sweep on any scalars.
func FuzzCoupling(f *testing.F) {
	fuzzSeeds(f)
	modes := [][]float64{someVector(33), someVector(33), someVector(33), someVector(33), someVector(33)}
	f.Fuzz(func(t *testing.T, which uint16, data []byte) {
		n := int(which) % (MaxStages + 1)
		const spectra, sources = 2, 1
		needed := n*(1+2*spectra+sources) + MaxStages*(MaxStages+1)/2
		scalars := fuzzArrays(append(data, make([]byte, 8*needed)...), 1)[0]
		take := func(n int) []float64 {
			taken := scalars[:n]
			scalars = scalars[n:]
			return taken
		}
		st := NewStages(33, modes[2:4], modes[4:])
		for i := range n {
			k := &Coupling{Decay: take(1)[0], Rate: take(spectra), Noise: take(spectra), Drive: take(sources)}
			st.Append(k, take(i))
		}
		out := take(n)
		run := func() []Partial {
			sums := st.NewSums()
			var stored [4][]float64
			for i := range stored {
				stored[i] = make([]float64, 33)
			}
			st.CombineError(0, 33, modes[0], modes[1], stored[0], stored[1], stored[2], stored[3], out, out, sums)
			ends := st.NewErrorSums()
			if n > 0 {
				st.ErrorNorm(0, 33, modes[0], modes[1], stored[0], stored[1], stored[2], stored[3], 0.5, 1e-6, 1e-3, ends)
			}
			return append(append(sums.Linear, sums.Quadratic...), ends.all...)
		}
		var want []Partial
		onPath(cpu.Generic, func() { want = run() })
		for _, path := range cpu.Available()[1:] {
			onPath(path, func() { comparePartials(t, path.String(), run(), want) })
		}
	})
}
