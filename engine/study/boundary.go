package study

import (
	"context"
	"maps"
	"math"
	"slices"

	"anisgd/engine/regime"
	"anisgd/kernels/elementary"
)

// Boundary is a place on a line of constant x where the long-time risk changes.
// Estimates that do not exist are undefined (NaN).
type Boundary struct {
	X    float64
	Kind string // Transition or Stability
	// Structure is where the structure of the experiment changes: the convergence
	// of μᵀ(ΣK_i)⁻¹μ, or the stability of least squares.
	Structure float64
	// Risk is where the fate of R(t) changes, judging from R(t) alone, and Low and
	// High an interval for it.
	Risk, Low, High float64
	// Predicted is where theory has it in closed form.
	Predicted float64
}

// Kinds of boundaries.
const (
	// Transition: between a risk that tends to 0 and one with a positive limit.
	Transition = "transition"
	// Stability: between dynamics that diverge and others.
	Stability = "stability"
)

// KindOf is the kind of boundary between two fates, "" if there is none.
func KindOf(a, b regime.Fate) string {
	switch {
	case a == b || a == regime.Undecided || b == regime.Undecided:
		return ""
	case a == regime.Unstable || b == regime.Unstable:
		return Stability
	}
	return Transition
}

// scale maps the numbers of an axis to [0, 1].
type scale struct {
	from, to float64
	log      bool
}

func (s scale) at(share float64) float64 {
	switch {
	case share == 0:
		return s.from
	case share == 1:
		return s.to
	case s.log:
		return s.from * elementary.Exp(share*(elementary.Log(s.to)-elementary.Log(s.from)))
	}
	return s.from + float64(share*(s.to-s.from))
}

// probe tells the fate at a share of an axis, and a number that changes its sign
// at a transition.
type probe func(share float64) (regime.Fate, float64, error)

// crossing is where the fate changes, as shares of an axis: in [low, high], and
// best at share.
type crossing struct {
	kind             string
	low, share, high float64
}

// evenly is a number of evenly spaced places from 0 to 1.
func evenly(n int) []float64 {
	places := make([]float64, n)
	for k := range places {
		places[k] = float64(k) / float64(n-1)
	}
	return places
}

// findCrossings looks at increasing places and finds every change of fate between
// neighbours to within the tolerance.
func findCrossings(places []float64, tolerance float64, at probe) ([]crossing, error) {
	var found []crossing
	var before regime.Fate
	var beforeDrift, beforeShare float64
	for k, share := range places {
		fate, drift, err := at(share)
		if err != nil {
			return nil, err
		}
		if k > 0 && KindOf(before, fate) != "" {
			c, err := narrow(side{beforeShare, before, beforeDrift}, side{share, fate, drift}, tolerance, at)
			if err != nil {
				return nil, err
			}
			found = append(found, c...)
		}
		before, beforeDrift, beforeShare = fate, drift, share
	}
	return found, nil
}

// side is one end of an interval with a change of fate.
type side struct {
	share float64
	fate  regime.Fate
	drift float64
}

// narrow finds the changes of fate between two places. The drift guides the
// search by the secant, in the Illinois form, as long as that at least halves the
// interval in two steps; otherwise the interval is halved.
func narrow(a, b side, tolerance float64, at probe) ([]crossing, error) {
	kind := KindOf(a.fate, b.fate)
	weightA, weightB := a.drift, b.drift
	width, sinceHalved := b.share-a.share, 0
	for b.share-a.share > tolerance {
		middle := a.share + (b.share-a.share)/2
		if kind == Transition && sinceHalved < 2 && weightA != weightB {
			secant := a.share - float64(weightA*((b.share-a.share)/(weightB-weightA)))
			// Not closer to an end than the tolerance can tell: a step beyond the
			// zero closes the interval from the other side.
			margin := math.Min(0.4*tolerance, 0.25*(b.share-a.share))
			middle = math.Max(a.share+margin, math.Min(b.share-margin, secant))
		}
		fate, drift, err := at(middle)
		if err != nil {
			return nil, err
		}
		c := side{middle, fate, drift}
		switch {
		case fate == a.fate:
			a, weightA, weightB = c, drift, weightB/2
		case fate == b.fate:
			b, weightB, weightA = c, drift, weightA/2
		case fate == regime.Undecided:
			return nil, nil
		default: // a third fate between the two
			first, err := narrow(a, c, tolerance, at)
			if err != nil {
				return nil, err
			}
			second, err := narrow(c, b, tolerance, at)
			return append(first, second...), err
		}
		if sinceHalved++; b.share-a.share <= width/2 {
			width, sinceHalved = b.share-a.share, 0
		}
	}
	return []crossing{{kind, a.share, a.share + (b.share-a.share)/2, b.share}}, nil
}

// nearest is the crossing of a kind nearest to a share, or nil.
func nearest(crossings []crossing, kind string, share float64) *crossing {
	var best *crossing
	for i := range crossings {
		c := &crossings[i]
		if c.kind == kind && (best == nil || math.Abs(c.share-share) < math.Abs(best.share-share)) {
			best = c
		}
	}
	return best
}

const (
	// Places at which a line is looked at before the search: few for R(t), which
	// costs a solution to t = 1e14 each, many for the structure, which is cheap.
	riskPlaces, structurePlaces = 5, 33
	// Widths of what is found, as shares of the axis.
	riskTolerance, structureTolerance = 5e-4, 1e-13
	// stillToMove is how far an estimate with an error ~ 1/log t still moves, relative
	// to its way from the early window, about t = 10^6.5, to the late one, about
	// 10^12.5. Theory's corrections are no slower.
	stillToMove = 6.5 / (12.5 - 6.5)
	// structureDigits is what the structure's are rounded to, well above the width.
	structureDigits = 1e-12
)

// searchRisk finds the boundaries on a line from R(t) alone. Curves are asked for
// by share of the axis.
func searchRisk(ctx context.Context, decay boundaryDecay, curve func(ctx context.Context, share float64) (*riskCurve, error)) ([]crossing, error) {
	known := map[float64]*riskCurve{}
	in := func(w window, places []float64) ([]crossing, error) {
		return findCrossings(places, riskTolerance, func(share float64) (_ regime.Fate, _ float64, err error) {
			c := known[share]
			if c == nil {
				if c, err = curve(ctx, share); err != nil {
					return regime.Undecided, 0, err
				}
				known[share] = c
			}
			fate, drift, err := c.verdict(w, decay)
			if err != nil {
				// A solution that stopped early, or a risk of 0, says nothing; the grid and
				// other lines do.
				return regime.Undecided, 0, nil
			}
			return fate, drift, nil
		})
	}
	late, err := in(lateWindow, evenly(riskPlaces))
	if err != nil || len(late) == 0 {
		return nil, err
	}
	// Between the curves that are there already, which crowd about the boundary.
	early, err := in(earlyWindow, slices.Sorted(maps.Keys(known)))
	if err != nil {
		return nil, err
	}
	for i := range late {
		c := &late[i]
		before := nearest(early, c.kind, c.share)
		if before == nil { // has come into sight only now: it may be anywhere
			c.low, c.high = 0, 1
			continue
		}
		moved := math.Abs(c.share-before.share) + (before.high-before.low)/2
		c.low, c.high = math.Max(0, c.low-float64(stillToMove*moved)), math.Min(1, c.high+float64(stillToMove*moved))
	}
	return late, nil
}
