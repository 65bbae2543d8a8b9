package kernels

import (
	"fmt"
	"math"
	"testing"

	"anisgd/kernels/cpu"
)

// TestUpdateSamplesDotsIsItsParts compares all bits with the chain of updates, the
// samples and the products lane by lane, each by itself, and the first also with
// exact arithmetic.
func TestUpdateSamplesDotsIsItsParts(t *testing.T) {
	const n, shrink = 75, 0.93
	weights := [Ahead]float64{0.3, -1.7, 0.01, 2.1}
	for _, path := range cpu.Available() {
		for variant := range 4 {
			what := fmt.Sprintf("%v, variant %d", path, variant)
			rows := someRows(aheadRows, n)
			x := rows[0]
			var a, want [Ahead][]float64
			var s [Ahead]Sample
			wantX := make([]float64, n)
			for i := range wantX {
				wantX[i] = rounded(exact([]float64{shrink, x[i]}))
			}
			for j := range s {
				a[j], want[j] = rows[1+j], make([]float64, n)
				// The samples of a call differ in what they have.
				s[j] = *sampleVariant((variant+j)%4, [][]float64{rows[1+Ahead+j], rows[1+2*Ahead+j], rows[1+3*Ahead+j]})
				for i := range wantX {
					wantX[i] = rounded(exact([]float64{weights[j], a[j][i]}, []float64{wantX[i]}))
				}
				onPath(cpu.Generic, func() { SampleInto(want[j], &s[j]) })
			}
			var sums, wantSums AheadSums
			products := func(p *AheadPartial, x, y []float64) {
				for lane := range p {
					for i := lane; i < n; i += AheadLanes {
						p[lane] = math.FMA(x[i], y[i], p[lane])
					}
				}
			}
			for j := range want {
				products(&wantSums.Output[j], wantX, want[j])
				for k := range j {
					products(&wantSums.Gram[AheadPair(k, j)], want[k], want[j])
				}
			}
			onPath(path, func() { UpdateSamplesDots(x, &a, shrink, &weights, &s, &sums) })
			compareVectors(t, what+", x", x, wantX)
			for j := range a {
				compareVectors(t, fmt.Sprintf("%s, sample %d", what, j), a[j], want[j])
			}
			compareVectors(t, what+", sums", sumsOf(&sums), sumsOf(&wantSums))
		}
	}
}

// TestLookAheadIsSGD makes steps of least squares with a ridge penalty and
// decaying rates four at a time, and one at a time on the same noise.
func TestLookAheadIsSGD(t *testing.T) {
	const n, sweeps = AheadBlock + 83, 25
	mean, scales := someVector(n), [2][]float64{make([]float64, n), nil}
	for i := range n {
		mean[i] /= math.Sqrt(n)
		scales[0][i] = math.Sqrt(float64(i+1) / n)
	}
	noise := someVector(Ahead * sweeps * n)
	sample := func(step int) Sample {
		class := step * step % 3 % 2
		return Sample{
			Noise: noise[step*n:][:n], Mean: mean, MeanFactor: 1 - 2*float64(class),
			Scale: scales[class], ScaleFactor: 0.7,
		}
	}
	// gradient is that of the loss in the output; rate and shrink are of a step.
	gradient := func(step int, output float64) float64 { return output - float64(step%3) }
	rate := func(step int) float64 { return 0.8 / (1 + 0.01*float64(step)) / n }
	shrink := func(step int) float64 { return 1 - 3*rate(step) }

	want, a := make([]float64, n), make([]float64, n)
	for step := range Ahead * sweeps {
		var dot Partial
		s := sample(step)
		SampleDot(a, want, &s, &dot)
		Update(want, a, shrink(step), -rate(step)*gradient(step, dot.Sum()))
	}

	for _, path := range cpu.Available() {
		x, samples := make([]float64, n), NewAheadSamples(n)
		total, weights := 1.0, [Ahead]float64{}
		sweep := func(number int) (sums AheadSums) {
			for lo := 0; lo < n; lo += AheadBlock {
				hi := min(lo+AheadBlock, n)
				var s [Ahead]Sample
				for j := range s {
					s[j] = sample(Ahead*number + j)
					rest := s[j].from(lo)
					s[j] = rest
					s[j].Noise, s[j].Mean = rest.Noise[:hi-lo], rest.Mean[:hi-lo]
					if rest.Scale != nil {
						s[j].Scale = rest.Scale[:hi-lo]
					}
				}
				rows := samples.Rows(lo, hi)
				UpdateSamplesDots(x[lo:hi], &rows, total, &weights, &s, &sums)
			}
			return sums
		}
		onPath(path, func() {
			for number := range sweeps {
				sums := sweep(number)
				total, weights = 1, [Ahead]float64{}
				for j := range weights {
					step := Ahead*number + j
					output := total * sums.Output[j].Sum()
					for k := range j {
						output += weights[k] * sums.Gram[AheadPair(k, j)].Sum()
					}
					for k := range j {
						weights[k] *= shrink(step)
					}
					weights[j] = -rate(step) * gradient(step, output)
					total *= shrink(step)
				}
			}
			sweep(0) // for what is left to add
		})
		for i := range x {
			if math.Abs(x[i]-want[i]) > 1e-14 {
				t.Fatalf("%v: element %d: %v, want %v", path, i, x[i], want[i])
			}
		}
	}
}

// TestFirstSweepKeepsX has nothing to add to x.
func TestFirstSweepKeepsX(t *testing.T) {
	const n = 61
	for _, path := range cpu.Available() {
		x := someVector(n)
		rows := NewAheadSamples(n).Rows(0, n)
		var s [Ahead]Sample
		for j := range s {
			s[j] = Sample{Noise: someVector(n + j)[:n], ScaleFactor: 1}
		}
		var sums AheadSums
		onPath(path, func() { UpdateSamplesDots(x, &rows, 1, &[Ahead]float64{}, &s, &sums) })
		compareVectors(t, path.String(), x, someVector(n))
	}
}

func TestAheadSums(t *testing.T) {
	p := AheadPartial{1, 0x1p-53, -1, 0x1p-60}
	if got := p.Sum(); got != 0x1p-53+0x1p-60 {
		t.Errorf("sum %v", got)
	}
	var s, other AheadSums
	pair := 0
	for j := range Ahead {
		for i := range j {
			if AheadPair(i, j) != pair {
				t.Errorf("pair %d, %d at %d, want %d", i, j, AheadPair(i, j), pair)
			}
			s.Gram[pair][j] = float64(i)
			other.Gram[pair][j] = 0.5
			pair++
		}
		s.Output[j][3] = float64(j)
		other.Output[j][3] = 0.25
	}
	if pair != len(s.Gram) {
		t.Errorf("%d pairs, want %d", len(s.Gram), pair)
	}
	s.Add(&other)
	for j := range Ahead {
		for i := range j {
			if got := s.Gram[AheadPair(i, j)][j]; got != float64(i)+0.5 {
				t.Errorf("pair %d, %d: %v", i, j, got)
			}
		}
		if got := s.Output[j][3]; got != float64(j)+0.25 {
			t.Errorf("output %d: %v", j, got)
		}
	}
}

// TestAheadSamples numbers all elements through small pieces of the rows and finds
// them in whole blocks.
func TestAheadSamples(t *testing.T) {
	for _, n := range []int{0, 1, AheadBlock - 1, AheadBlock, AheadBlock + 1, 3*AheadBlock + 77} {
		samples := NewAheadSamples(n)
		for lo := 0; lo < n; {
			hi := min(lo+100, n, (lo/AheadBlock+1)*AheadBlock)
			for j, row := range samples.Rows(lo, hi) {
				if len(row) != hi-lo || cap(row) != hi-lo {
					t.Fatalf("length %d: %d to %d: row of length %d, capacity %d", n, lo, hi, len(row), cap(row))
				}
				for i := range row {
					if row[i] != 0 {
						t.Fatalf("length %d: element %d of sample %d is %v", n, lo+i, j, row[i])
					}
					row[i] = float64(Ahead*(lo+i) + j + 1)
				}
			}
			lo = hi
		}
		for lo := 0; lo < n; lo += AheadBlock {
			for j, row := range samples.Rows(lo, min(lo+AheadBlock, n)) {
				for i, got := range row {
					if want := float64(Ahead*(lo+i) + j + 1); got != want {
						t.Fatalf("length %d: element %d of sample %d: %v, want %v", n, lo+i, j, got, want)
					}
				}
			}
		}
		for _, row := range samples.Rows(n, n) {
			if len(row) != 0 {
				t.Errorf("length %d: row of length %d, want 0", n, len(row))
			}
		}
	}
}

func TestAheadPanics(t *testing.T) {
	const n = 20
	samples := NewAheadSamples(AheadBlock + n)
	panics := map[string]func(){
		"rows of two blocks":   func() { samples.Rows(AheadBlock-1, AheadBlock+1) },
		"rows beyond the end":  func() { samples.Rows(AheadBlock, AheadBlock+n+1) },
		"rows before 0":        func() { samples.Rows(-1, 1) },
		"rows that end before": func() { samples.Rows(2, 1) },
	}
	for name, spoil := range map[string]func(x *[]float64, a *[Ahead][]float64, s *[Ahead]Sample){
		"x":      func(x *[]float64, _ *[Ahead][]float64, _ *[Ahead]Sample) { *x = (*x)[1:] },
		"sample": func(_ *[]float64, a *[Ahead][]float64, _ *[Ahead]Sample) { a[3] = a[3][1:] },
		"noise":  func(_ *[]float64, _ *[Ahead][]float64, s *[Ahead]Sample) { s[2].Noise = nil },
		"mean":   func(_ *[]float64, _ *[Ahead][]float64, s *[Ahead]Sample) { s[1].Mean = make([]float64, n+1) },
		"scale":  func(_ *[]float64, _ *[Ahead][]float64, s *[Ahead]Sample) { s[3].Scale = make([]float64, n-1) },
	} {
		panics[name] = func() {
			x, a := make([]float64, n), samples.Rows(0, n)
			var s [Ahead]Sample
			for j := range s {
				s[j].Noise = make([]float64, n)
			}
			spoil(&x, &a, &s)
			UpdateSamplesDots(x, &a, 1, &[Ahead]float64{}, &s, new(AheadSums))
		}
	}
	for name, call := range panics {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			call()
		})
	}
}

func TestAheadDoesNotAllocate(t *testing.T) {
	const n = 101
	rows := someRows(aheadRows, n)
	samples := NewAheadSamples(n)
	for _, path := range cpu.Available() {
		onPath(path, func() {
			allocations := testing.AllocsPerRun(10, func() {
				var s [Ahead]Sample
				for j := range s {
					s[j] = Sample{Noise: rows[1+j], ScaleFactor: 1, Ahead: AheadBlock}
				}
				s[1].Mean, s[2].Scale = rows[5], rows[6]
				var sums AheadSums
				a := samples.Rows(0, n)
				UpdateSamplesDots(rows[0], &a, 1, &[Ahead]float64{0.1}, &s, &sums)
				rows[0][0] += sums.Gram[0].Sum()
			})
			if allocations != 0 {
				t.Errorf("%v: %v allocations", path, allocations)
			}
		})
	}
}
