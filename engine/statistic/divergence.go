package statistic

import (
	"fmt"
	"math"

	"anisgd/engine/problem"
)

// DivergenceFactor: dynamics whose risk exceeds DivergenceFactor·max(1, R(0)),
// or is not finite, are said to have diverged.
const DivergenceFactor = 1e12

// Divergence says when and how the dynamics left all bounds.
type Divergence struct {
	Time float64 // t of the first state found beyond the bound
	Risk float64 // its risk, possibly infinite or NaN
	Run  int     // the run of SGD; −1 for the limit
}

func (d *Divergence) String() string {
	who := "the limit"
	if d.Run >= 0 {
		who = fmt.Sprintf("SGD run %d", d.Run)
	}
	if math.IsNaN(d.Risk) || math.IsInf(d.Risk, 0) {
		return fmt.Sprintf("%s diverged at t = %.6g: the state is no longer finite", who, d.Time)
	}
	return fmt.Sprintf("%s diverged at t = %.6g: the risk reached %.3g", who, d.Time, d.Risk)
}

// Bounds decides about divergence from the risk at the start.
type Bounds struct{ limit float64 }

// NewBounds allows risks up to DivergenceFactor·max(1, initial risk).
func NewBounds(initialRisk float64) Bounds {
	return Bounds{DivergenceFactor * math.Max(1, initialRisk)}
}

// Exceeded reports whether a risk is beyond the bound or not a number.
func (b Bounds) Exceeded(risk float64) bool { return !(risk <= b.limit) || math.IsInf(risk, 0) }

// MayDiverge is a cheap test that comes before the risk: as long as it is false
// the outputs are so small that no loss of this module can exceed any Bounds.
func MayDiverge(laws []problem.Law) bool {
	const meanBound, varianceBound = 1e4, 1e8
	for i := range laws {
		law := &laws[i]
		for a, m := range law.Mean {
			if !(math.Abs(m) <= meanBound) || !(law.Covariance[a*len(law.Mean)+a] <= varianceBound) {
				return true
			}
		}
	}
	return false
}
