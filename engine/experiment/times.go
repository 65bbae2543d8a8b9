package experiment

import (
	"anisgd/kernels/elementary"
)

// readTimes reads the output times.
func (r *reader) readTimes(v *value) []float64 {
	v.require("a map with end, at or steps")
	f := v.fields(timeKeys...)
	switch {
	case f.has("at"):
		f.forbid("without at", "steps", "end", "points", "spacing", "start")
		return readTimesAt(f.get("at"))
	case f.has("steps"):
		f.forbid("without steps", "end", "spacing", "start")
		steps := f.get("steps").integer(1, maximalDim)
		points := f.get("points").integerOr(min(defaultPoints, steps+1), 2, min(maximalPoints, steps+1))
		return stepTimes(steps, points, r.dim)
	}
	end := f.get("end")
	end.require("an end time, or at or steps in its place")
	last := end.positive()
	points := f.get("points").integerOr(defaultPoints, 2, maximalPoints)
	var times []float64
	if f.get("spacing").wordOr("linear", []string{"linear", "log"}, nil) == "linear" {
		f.forbid("with spacing: log", "start")
		times = linearTimes(last, points)
	} else {
		start := f.get("start")
		first := start.positiveOr(last / 1000)
		if first >= last {
			start.fail("is %v, not before the end %v, expected a start between 0 and the end", first, last)
		}
		times = logTimes(first, last, points)
	}
	for k, t := range times[1:] {
		if !(t > times[k]) {
			v.fail("%d points are too many to be told apart, expected fewer points or a wider range", points)
		}
	}
	return times
}

// readTimesAt reads a list of increasing times.
func readTimesAt(v *value) []float64 {
	var times []float64
	for k, element := range v.elements("a list of times") {
		t := element.atLeastZero()
		if k > 0 && t <= times[k-1] {
			element.fail("is %v, not after the time %v before it, expected increasing times", t, times[k-1])
		}
		times = append(times, t)
	}
	return times
}

// linearTimes are n ≥ 2 evenly spaced times from 0 to end.
func linearTimes(end float64, n int64) []float64 {
	times := make([]float64, n)
	for j := range times {
		times[j] = end * float64(j) / float64(n-1)
	}
	times[n-1] = end
	return times
}

// logTimes are t = 0 and then n ≥ 2 times from start to end in geometric
// progression.
func logTimes(start, end float64, n int64) []float64 {
	times := make([]float64, n+1)
	ratio := elementary.Log(end) - elementary.Log(start)
	for j := int64(0); j < n; j++ {
		times[j+1] = start * elementary.Exp(ratio*float64(j)/float64(n-1))
	}
	times[1], times[n] = start, end
	return times
}

// stepTimes are the times k/d of n ≥ 2 step numbers k, evenly spaced from 0 to
// steps and rounded, for n ≤ steps + 1. Then round(t·d) is k again.
func stepTimes(steps, n, d int64) []float64 {
	times := make([]float64, n)
	whole, rest := steps/(n-1), steps%(n-1)
	for j := range times {
		// k = round(j·steps/(n−1)), in integers that do not overflow.
		k := int64(j)*whole + (2*int64(j)*rest+n-1)/(2*(n-1))
		times[j] = float64(k) / float64(d)
	}
	return times
}
