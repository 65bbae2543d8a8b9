package suite

import (
	"fmt"
	"time"

	"anisgd/bench/machine"
	"anisgd/bench/roofline"
	"anisgd/rng"
)

// loop is an instance that repeats a call.
type loop struct {
	call    func()
	results func() []float64 // of one call; nil where there is no checksum
	watch   machine.Stopwatch
}

func (l *loop) batch(slice time.Duration) (time.Duration, int) {
	l.watch.Slice = slice
	return l.watch.Time(l.call)
}

func (l *loop) checksum() (uint64, bool, error) {
	if l.results == nil {
		return 0, false, nil
	}
	return sumOf(l.results()...), true, nil
}

func (*loop) close() {}

func probes(levels []machine.Level) []*Case {
	var list []*Case
	for _, probe := range machine.Probes(levels) {
		list = append(list, &Case{
			Name: probe.Name, Probe: &probe,
			prepare: func(int) (instance, error) { return &loop{call: probe.Prepare()}, nil },
		})
	}
	return list
}

// What numbers take at least: rounds of AES, and operations of the polynomials and the
// root (rng, boxmuller.go).
const (
	roundsPerWord    = 3.5
	flopsPerNormal   = 18
	roundsPerWord32  = roundsPerWord / 2
	flopsPerNormal32 = 20
)

// fewDraws lie in the first cache, manyDraws in none that is near.
const fewDraws, manyDraws = 512, 1 << 20

// draws are the generator's numbers in the first cache and beyond it.
func draws() []*Case {
	stream := rng.NewStream(1, 0, rng.DomainNoise)
	var list []*Case
	for _, n := range []int{fewDraws, manyDraws} {
		add := func(name string, flops, rounds float64, fill func(dst []float64, step uint64)) {
			list = append(list, &Case{
				Name: fmt.Sprintf("%s/n=%d", name, n), Elements: float64(n), Unit: "number",
				Work:   machine.Work{Bytes: 8 * float64(n), Footprint: 8 * float64(n), Flops: flops * float64(n), AES: rounds * float64(n)},
				Memory: 8 * float64(n), Large: n >= manyDraws,
				prepare: func(int) (instance, error) {
					dst := make([]float64, n)
					step := uint64(0)
					return &loop{
						call:    func() { fill(dst, step); step++ },
						results: func() []float64 { fill(dst, 0); return dst },
					}, nil
				},
			})
		}
		add("Normals/type=f64", flopsPerNormal, roundsPerWord, func(dst []float64, step uint64) { stream.Normals(dst, step, 0) })
		add("Normals/type=widened", flopsPerNormal32, roundsPerWord32, func(dst []float64, step uint64) { stream.WidenedNormals(dst, step, 0) })
		add("Uniforms/type=f64", 0, roundsPerWord, func(dst []float64, step uint64) { stream.Uniforms(dst, step, 0) })
		add("Signs/type=f64", 0, 2*roundsPerWord/128, func(dst []float64, step uint64) { stream.Signs(dst, step, 0) })
		list = append(list, normals32(n))
	}
	return list
}

func normals32(n int) *Case {
	return &Case{
		Name: fmt.Sprintf("Normals/type=f32/n=%d", n), Elements: float64(n), Unit: "number",
		Work:   machine.Work{Bytes: 4 * float64(n), Footprint: 4 * float64(n), Flops: flopsPerNormal32 * float64(n), AES: roundsPerWord32 * float64(n)},
		Memory: 4 * float64(n), Large: n >= manyDraws,
		prepare: func(int) (instance, error) {
			stream := rng.NewStream(1, 0, rng.DomainNoise32)
			dst := make([]float32, n)
			step := uint64(0)
			return &loop{
				call: func() { stream.Normals32(dst, step, 0); step++ },
				results: func() []float64 {
					stream.Normals32(dst, 0, 0)
					wide := make([]float64, n)
					for i, v := range dst {
						wide[i] = float64(v)
					}
					return wide
				},
			}, nil
		},
	}
}

// passKernel is the sweep of the last stage of a step of dopri5, without its error.
const passKernel = "Combine/6 stages"

// passes are a fused pass of the limit over all modes, at every dimension.
func passes() []*Case {
	var kernel *roofline.Kernel
	for _, k := range roofline.Kernels() {
		if k.Name == passKernel {
			kernel = k
		}
	}
	var list []*Case
	for _, d := range []int64{1e3, 1e4, 1e5, 1e6, 1e7} {
		n := (int(d) + roofline.Block - 1) / roofline.Block * roofline.Block
		list = append(list, &Case{
			Name: "Pass/stages=6/" + dim(d), Elements: float64(n), Unit: "mode", Work: kernel.Work(n),
			Memory: 8 * float64(kernel.Count*n), Large: d >= largeDim,
			prepare: func(int) (instance, error) {
				arrays := machine.Arrays(kernel.Count, n)
				call, _ := kernel.Prepare(arrays)
				// It reads the arrays and leaves its sums where nothing else sees
				// them: the checksum of the limit is that of the solutions.
				return &loop{call: call}, nil
			},
		})
	}
	return list
}
