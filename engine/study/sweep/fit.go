package sweep

import (
	"fmt"
	"slices"
	"strings"

	"anisgd/engine/compare"
	"anisgd/engine/experiment"
)

// Fit says how the distance of SGD from the limit falls with the dimension, among
// points that differ in nothing but the dimension and the seed.
type Fit struct {
	Points []int // of the sweep, by increasing dimension
	*compare.Scaling
}

// dimensionPath is the key of the dimension.
const dimensionPath = "dim"

// Groups are the points of the sweep that differ in nothing but the dimension and the
// seed, each by increasing dimension.
func (a *Analysis) Groups() [][]int {
	var free []bool // axes along which a group extends
	for k := range a.Sweep.Axes {
		free = append(free, WithinGroups(&a.Sweep.Axes[k]))
	}
	byPlace := map[string]int{}
	var groups [][]int
	for i := range a.Points {
		place := a.Points[i].SweepPlace
		id := place.Panel + "/" + place.Variant
		for axis, k := range place.At {
			if !free[axis] {
				id += fmt.Sprintf("/%d", k)
			}
		}
		g, known := byPlace[id]
		if !known {
			g = len(groups)
			byPlace[id] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	for _, group := range groups {
		slices.SortStableFunc(group, func(i, j int) int {
			return int(a.Points[i].Experiment.Model.Dim - a.Points[j].Experiment.Model.Dim)
		})
	}
	return groups
}

// fit fits exponents of the dimension for every statistic of every group. Points that
// are missing or diverged do not count.
func (a *Analysis) fit() {
	for _, group := range a.Groups() {
		var reports []*compare.Report
		var used []int
		for _, i := range group {
			if p := &a.Points[i]; p.Report != nil && p.Divergence() == nil && p.LimitStopped == "" {
				reports, used = append(reports, p.Report), append(used, i)
			}
		}
		if len(reports) == 0 {
			continue
		}
		for _, d := range reports[0].Deviations {
			if !fitted(d.Statistic) {
				continue
			}
			if scaling := compare.ScalingOf(reports, d.Statistic); scaling != nil {
				a.Fits = append(a.Fits, Fit{used, scaling})
			}
		}
	}
}

// fitted reports whether the distance in a statistic is fitted: risk, error, norms and
// overlaps, of the whole and of windows.
func fitted(statistic string) bool {
	return statistic == "risk" || statistic == "error" || strings.Contains(statistic, "norm2") || strings.Contains(statistic, "overlap")
}

// WithinGroups reports whether the points of a group differ along an axis: in the
// dimension or the seed.
func WithinGroups(axis *experiment.Axis) bool {
	return slices.Contains(axis.Paths, dimensionPath) || axis.Paths[0] == "seed"
}

// Label names what the points of a fit have in common.
func (a *Analysis) Label(f *Fit) string {
	place := a.Points[f.Points[0]].SweepPlace
	var parts []string
	for _, name := range []string{place.PanelTitle, place.VariantTitle} {
		if name != "" {
			parts = append(parts, name)
		}
	}
	for k := range a.Sweep.Axes {
		axis := &a.Sweep.Axes[k]
		if !WithinGroups(axis) {
			parts = append(parts, Symbol(axis)+" = "+axis.Points[place.At[k]].Label)
		}
	}
	return strings.Join(parts, ", ")
}
