package sweep

import (
	"strings"

	"anisgd/engine/experiment"
)

// Symbol is what tables and figures call an axis: the symbol of theory for its first
// key where there is one, and else the end of the key's path.
func Symbol(axis *experiment.Axis) string {
	path := axis.Paths[0]
	switch {
	case path == "dim":
		return "d"
	case path == "learning-rate":
		return "γ"
	case path == "problem.ridge":
		return "δ"
	case path == "init-variance":
		return "w"
	case path == "model.classes.count":
		return "K"
	case path == "simulate.runs":
		return "runs"
	case strings.HasSuffix(path, "covariance.power-law.exponent"):
		return "α"
	case strings.HasSuffix(path, "mean.power-law.exponent"):
		return "β"
	}
	return path[strings.LastIndex(path, ".")+1:]
}

// shortTitle tells which point of a sweep a task is of, in few words.
func shortTitle(s *experiment.Sweep, point int) string {
	place := s.Place(point)
	var parts []string
	for _, name := range []string{place.Panel, place.Variant} {
		if name != "" {
			parts = append(parts, name)
		}
	}
	for k := range s.Axes {
		parts = append(parts, Symbol(&s.Axes[k])+" = "+s.Axes[k].Points[place.At[k]].Label)
	}
	return strings.Join(parts, ", ")
}
