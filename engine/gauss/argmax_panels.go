package gauss

import "math"

// panelChanges cuts the line in panels on each of which panelRule integrates a product of
// the normal density with distribution functions, whatever their scales are.
type panelChanges struct {
	count int
	all   [3]panelChange
}

// A panelChange is an interval in which a function changes, and on what scale.
type panelChange struct{ low, high, scale float64 }

const (
	// panelWidth is the width of a panel in standard deviations. A Gaussian and its
	// integral are polynomials of degree 31 on it to 1e-12.
	panelWidth = 3

	// panelDecay bounds how far the exponent of the density changes in a panel.
	panelDecay = 12

	// leastPanel is the least width of a panel: what changes in less is a step, and it
	// may be that far from where it should be.
	leastPanel = 1e-11
)

// newPanelChange is the interval in which P(slope·z + e > bound) for e ~ N(0, variance) and
// its product with the density of z change.
func newPanelChange(bound, slope, variance float64) panelChange {
	if slope == 0 {
		return panelChange{math.Inf(1), math.Inf(-1), 1}
	}
	total := float64(slope*slope) + variance
	deviation := math.Sqrt(variance)
	// Where z is likely given the event on its boundary, and where the boundary is for e = 0.
	likely, scale := bound*slope/total, math.Sqrt(variance/total)
	edge, spread := bound/slope, deviation/math.Abs(slope)
	return panelChange{
		low:   math.Min(likely-float64(gaussianReach*scale), edge-float64(gaussianReach*spread)),
		high:  math.Max(likely+float64(gaussianReach*scale), edge+float64(gaussianReach*spread)),
		scale: scale,
	}
}

func (c *panelChanges) add(bound, slope, variance float64) {
	c.all[c.count] = newPanelChange(bound, slope, variance)
	c.count++
}

// next returns the end of the panel that begins at z.
func (c *panelChanges) next(z float64) float64 {
	end := z + densityPanel(z)
	for i := range c.all[:c.count] {
		end = c.all[i].shorten(z, end)
	}
	return end
}

// densityPanel is the width of a panel from z for the density alone.
func densityPanel(z float64) float64 {
	return math.Min(panelWidth, panelDecay/math.Abs(z))
}

// shorten returns the end of a panel from z that resolves the change as well.
func (c *panelChange) shorten(z, end float64) float64 {
	switch {
	case z >= c.high:
		return end
	case z < c.low:
		return math.Min(end, math.Max(c.low, z+leastPanel))
	}
	return math.Min(end, z+math.Max(float64(panelWidth*c.scale), leastPanel))
}
