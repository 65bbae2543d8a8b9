package ode

import (
	"fmt"
	"math"
)

// Tolerance bounds the error of one step: component i may err by
// Absolute + Relative·max(|y_i(t)|, |y_i(t+h)|), in the root mean square.
type Tolerance struct {
	Relative, Absolute float64 // ≥ 0, not both 0
}

func (tolerance Tolerance) validate() error {
	if r, a := tolerance.Relative, tolerance.Absolute; !(r >= 0 && a >= 0 && r+a > 0 && !math.IsInf(r+a, 0)) {
		return fmt.Errorf("ode: tolerances: relative %v, absolute %v: want numbers ≥ 0, not both 0", r, a)
	}
	return nil
}

// norm is the root mean square of v_i/(Absolute + Relative·max(|a_i|, |b_i|)),
// where 0/0 counts as 0. Squares are summed by fused multiply-adds in four
// lanes, lane i mod 4, combined as (0+1)+(2+3).
func (tolerance Tolerance) norm(v, a, b []float64) float64 {
	relative, absolute := tolerance.Relative, tolerance.Absolute
	var lanes [4]float64
	for i, x := range v {
		if x == 0 {
			continue
		}
		scale := math.FMA(relative, max(math.Abs(a[i]), math.Abs(b[i])), absolute)
		quotient := x / scale
		lanes[i&3] = math.FMA(quotient, quotient, lanes[i&3])
	}
	sum := (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
	return math.Sqrt(sum / float64(len(v)))
}
