package compare

import (
	"fmt"
	"math"
	"strings"

	"anisgd/bench/machine"
)

// Factor is a part of a ratio of times.
type Factor struct {
	Cause string
	Value float64
}

// The causes of a difference. A benchmark's time is that of its roof, the time of its
// scarcest resource, over the share of the roof that is reached; so the ratio of two
// times is that of the roofs times that of the shares.
const (
	CauseClock     = "clock"
	CauseWidth     = "vector width" // operations per cycle at the peak
	CauseAES       = "AES units"    // rounds per cycle
	CauseBandwidth = "bandwidth"    // of a level, which precedes it
	CauseRoof      = "scarcest resource"
	CauseCode      = "code" // what is left: how near to the roof the code comes
)

// explain splits the ratio of the times of b and a. Where no roof is known, only the clock is taken
// out.
func explain(a, b *Cell, ratesA, ratesB *machine.Rates) []Factor {
	var factors []Factor
	rest := b.Ratio.Value
	take := func(cause string, value float64) {
		if value > 0 && !math.IsInf(value, 0) {
			factors = append(factors, Factor{cause, value})
			rest /= value
		}
	}
	clock := ratesA.Clock / ratesB.Clock
	switch {
	case a.Bound.Seconds == 0 || b.Bound.Seconds == 0:
		take(CauseClock, clock)
	case a.Bound.Resource != b.Bound.Resource || a.Bound.Level != b.Bound.Level:
		take(fmt.Sprintf("%s (%v, then %v)", CauseRoof, a.Bound, b.Bound), b.Bound.Seconds/a.Bound.Seconds)
	case a.Bound.Resource == machine.BoundByBandwidth:
		take(a.Bound.Level+" "+CauseBandwidth, b.Bound.Seconds/a.Bound.Seconds)
	default:
		cause := CauseWidth
		if a.Bound.Resource == machine.BoundByAES {
			cause = CauseAES
		}
		if roof := b.Bound.Seconds / a.Bound.Seconds; clock > 0 && !math.IsInf(clock, 0) {
			take(CauseClock, clock)
			take(cause, roof/clock)
		} else {
			take(cause, roof)
		}
	}
	return append(factors, Factor{CauseCode, rest})
}

// Words tells what a difference comes from: the factors that are more than a few percent,
// the largest if none is, or that there is no difference.
func (c *Cell) Words() string {
	if !c.Significant {
		return "no difference found"
	}
	const few = 0.03
	var parts []string
	var largest Factor
	size := func(f Factor) float64 { return math.Abs(math.Log(f.Value)) }
	for _, f := range c.Why {
		if size(f) > few {
			parts = append(parts, f.String())
		}
		if largest.Cause == "" || size(f) > size(largest) {
			largest = f
		}
	}
	if len(parts) == 0 && largest.Cause != "" {
		return largest.String()
	}
	return strings.Join(parts, ", ")
}

func (f Factor) String() string { return fmt.Sprintf("%s ×%.2f", f.Cause, f.Value) }
