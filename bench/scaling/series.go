package scaling

import (
	"math"

	"anisgd/bench/machine"
	"anisgd/engine/fit"
)

// Series is the measurements along one variable, all else kept.
type Series struct {
	Variable Variable
	// Name tells the series of a variable apart; Fixed says what is kept.
	Name, Fixed string
	Points      []Point // X ascending
	// Ends are the places at which what a step touches has grown to the size of a
	// cache, between the first point and the last.
	Ends []End
	// Time are fits to the time of a step: one for every stretch between ends that has
	// points enough, and one to all points if there are several stretches. Against
	// outputs a stretch is cut in halves: the time of few is that of drawing the sample,
	// of many that of products. Memory is one to the memory over all points, or none.
	Time, Memory []Fit
}

// Variable is what the time of a step and its memory are measured against.
type Variable string

// The variables.
const (
	Dimension Variable = "d"
	Threads   Variable = "threads"
	Outputs   Variable = "K"
)

// Point is one case.
type Point struct {
	X         float64
	Benchmark string // its name in the suite
	// Seconds is the median time of a step, Low and High the ends of its 95 % confidence
	// interval.
	Seconds, Low, High float64
	Samples            int
	Memory             float64 // bytes held
	// Footprint is how many bytes a step touches; zero with several threads, among whose
	// caches it is spread.
	Footprint float64
	// Level is that of the memory in which they lie; "" where threads are compared.
	Level    string
	Checksum uint64
}

// End is where a cache ends.
type End struct {
	X     float64
	Level string
}

// Fit is a power and the points that it was fitted to.
type Fit struct {
	fit.Power
	From, To float64 // places of the first and the last point
	Points   int
	Level    string // in which all of them lie; "" for several
}

// complete finds the ends of the caches and fits.
func (s *Series) complete(levels []machine.Level) {
	s.Ends, s.Time, s.Memory = nil, nil, nil
	for i := range s.Points {
		p := &s.Points[i]
		if p.Footprint > 0 && s.Variable != Threads {
			p.Level = machine.LevelOf(levels, p.Footprint)
		}
		if i > 0 {
			s.addEnds(levels, &s.Points[i-1], p)
		}
	}
	stretches := s.stretches()
	for _, points := range stretches {
		s.Time = appendFit(s.Time, points, timeWeighted, points[0].Level)
	}
	if len(stretches) > 1 {
		s.Time = appendFit(s.Time, s.Points, timeWeighted, "")
	}
	s.Memory = appendFit(s.Memory, s.Points, memory, "")
}

// stretches cuts the points where their level changes.
func (s *Series) stretches() [][]Point {
	var list [][]Point
	for from := 0; from < len(s.Points); {
		to := from + 1
		for to < len(s.Points) && s.Points[to].Level == s.Points[from].Level {
			to++
		}
		if half := (to - from) / 2; s.Variable == Outputs && half >= fit.FewestPoints {
			list = append(list, s.Points[from:from+half])
			from += half
		}
		list = append(list, s.Points[from:to])
		from = to
	}
	return list
}

// addEnds adds the ends of caches between two neighbours. Footprints are linear in every
// variable.
func (s *Series) addEnds(levels []machine.Level, a, b *Point) {
	for _, l := range levels {
		if size := float64(l.Size); size > 0 && a.Footprint > 0 && a.Footprint <= size && size < b.Footprint {
			s.Ends = append(s.Ends, End{a.X + (size-a.Footprint)/(b.Footprint-a.Footprint)*(b.X-a.X), l.Name})
		}
	}
}

// timeWeighted is the time of a point. It counts the less the wider its interval is; but
// no point is known to better than what suite.Run is content with.
func timeWeighted(p *Point) (value, weight float64) {
	const precise = 0.01
	half := math.Max((p.High-p.Low)/(2*p.Seconds), precise)
	return p.Seconds, 1 / (half * half)
}

func memory(p *Point) (value, weight float64) { return p.Memory, 1 }

func appendFit(list []Fit, points []Point, of func(*Point) (value, weight float64), level string) []Fit {
	x, y, weights := make([]float64, len(points)), make([]float64, len(points)), make([]float64, len(points))
	for i := range points {
		x[i] = points[i].X
		y[i], weights[i] = of(&points[i])
	}
	power, ok := fit.PowerOf(x, y, weights)
	if !ok {
		return list
	}
	return append(list, Fit{power, x[0], x[len(x)-1], len(x), level})
}
