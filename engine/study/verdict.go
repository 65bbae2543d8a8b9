package study

import (
	"fmt"
	"math"

	"anisgd/engine/regime"
	"anisgd/kernels/elementary"
)

// boundaryDecay is how the risk falls on the boundary between tending to a positive limit
// and tending to 0. It depends on the loss alone.
type boundaryDecay int

const (
	// powerDecay: on the boundary R ~ t^−c up to logarithms, as for losses with an
	// exponential tail, where small risks make small gradients. On the side where
	// R tends to 0 the slope −d log R/d log t grows, on the other side it falls.
	powerDecay boundaryDecay = iota
	// logarithmicDecay: on the boundary R ~ 1/log t, as for least squares, whose
	// dynamics are linear. There the slope falls on both sides, and what grows or
	// falls is its product with log t: the slope in log log t.
	logarithmicDecay
)

// decayOf is the decay on the boundary for a loss.
func decayOf(loss string) boundaryDecay {
	if loss == "least-squares" {
		return logarithmicDecay
	}
	return powerDecay
}

// window is a range of times, from which the slope and its drift are taken.
type window struct{ from, to float64 }

// The boundary is estimated from the late window; how far the estimate has moved
// since the early one bounds what it still will. The drift of a law with
// corrections in 1/log t vanishes at a distance from the boundary that falls like
// 1/log² t, to a third between the two.
var (
	earlyWindow = window{1e5, 1e8}
	lateWindow  = window{1e11, 1e14}
)

const (
	// smallestFall of log R over a window counts as one; the solver's error is
	// far below. A risk that tends to 0 as slowly as 1/log t falls by 0.2.
	smallestFall = 1e-4
	// steep is a slope −d log R/d log t that no critical law of theory has where
	// the mean's density is bounded (they have 1/(4β + 3)).
	steep = 0.5
)

// verdict tells what becomes of the risk, judging from the risk alone in one
// window of time: the fate, and the drift by which it was decided, continuous in
// the parameters of the experiment and zero at the boundary.
func (c *riskCurve) verdict(w window, decay boundaryDecay) (regime.Fate, float64, error) {
	if c.Diverged {
		return regime.Unstable, 0, nil
	}
	slope, curvature, middle, fall, err := c.fit(w)
	switch {
	case err != nil:
		return regime.Undecided, 0, err
	case fall < smallestFall || slope <= 0:
		return regime.Positive, -1, nil
	}
	// d log|s|/d log log t: how fast the slope s drifts.
	drift := middle * curvature / slope
	switch {
	case decay == logarithmicDecay:
		drift++
	case drift < 0 && slope >= steep && drift+slope >= 0:
		// R falls like a power, whose exponent approaches its limit from above: at
		// its present drift the slope would reduce R by more than another factor t.
		drift += slope
	}
	if drift >= 0 {
		return regime.Vanishing, drift, nil
	}
	return regime.Positive, drift, nil
}

// fit fits a parabola to log R over log t in a window, by least squares: minus
// the slope and minus the second derivative at its middle, and how far log R
// falls.
func (c *riskCurve) fit(w window) (slope, curvature, middle, fall float64, err error) {
	const slack = 1e-9 // of times that are powers of ten up to rounding
	var x, y []float64
	for k, t := range c.Times {
		if t, risk := float64(t), float64(c.Risks[k]); t >= w.from*(1-slack) && t <= w.to*(1+slack) {
			if !(risk > 0) {
				return 0, 0, 0, 0, fmt.Errorf("the risk at t = %g is %g, not a positive number", t, risk)
			}
			x, y = append(x, elementary.Log(t)), append(y, elementary.Log(risk))
		}
	}
	n := len(x)
	if n < 3 {
		return 0, 0, 0, 0, fmt.Errorf("only %d times from %g to %g", n, w.from, w.to)
	}
	middle = sum(x) / float64(n)
	for k := range x {
		x[k] -= middle
	}
	// Polynomials orthogonal on the times: 1, x and q = x² − s·x − v.
	moment := func(power int) float64 {
		total := 0.0
		for _, v := range x {
			term := v
			for range power - 1 {
				term *= v
			}
			total += term
		}
		return total / float64(n)
	}
	variance := moment(2)
	skew := moment(3) / variance
	linear, quadratic, weight := 0.0, 0.0, 0.0
	for k, v := range x {
		q := float64(v*v) - float64(skew*v) - variance
		linear = math.FMA(v, y[k], linear)
		quadratic = math.FMA(q, y[k], quadratic)
		weight = math.FMA(q, q, weight)
	}
	second := quadratic / weight
	slope = float64(second*skew) - linear/(variance*float64(n))
	return slope, -2 * second, middle, y[0] - y[n-1], nil
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}
