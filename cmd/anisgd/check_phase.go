package main

import (
	"anisgd/engine/experiment"
)

// checkedPhase describes the grid of a phase diagram.
type checkedPhase struct {
	X         checkedAxis `json:"x"`
	Y         checkedAxis `json:"y"`
	Statistic string      `json:"statistic"`
	Boundary  bool        `json:"boundary"` // is searched for
}

type checkedAxis struct {
	Set    []string `json:"set"`
	Points int      `json:"points"`
	First  string   `json:"first"`
	Last   string   `json:"last"`
}

// checkPhase describes a phase diagram, or is nil without one.
func checkPhase(p *experiment.Phase) *checkedPhase {
	if p == nil {
		return nil
	}
	return &checkedPhase{X: checkAxis(&p.X), Y: checkAxis(&p.Y), Statistic: p.Statistic, Boundary: p.SearchBoundary}
}

func checkAxis(a *experiment.Axis) checkedAxis {
	return checkedAxis{Set: a.Paths, Points: len(a.Points), First: a.Points[0].Label, Last: a.Points[len(a.Points)-1].Label}
}

func (a *checkedAxis) print(s *settings, name string) {
	for n, path := range a.Set {
		if n > 0 {
			s.printf("%-13s %s\n", "", path)
			continue
		}
		s.printf("%-13s %s: %s, from %s to %s\n", name, path, plural(a.Points, "point"), a.First, a.Last)
	}
}

func (c *checkedPhase) print(s *settings) {
	s.printf("\n")
	c.X.print(s, "x")
	c.Y.print(s, "y")
	s.printf("%-13s %s\n", "statistic", c.Statistic)
	boundary := "not searched for"
	if c.Boundary {
		boundary = "searched for, by structure and by R(t) alone"
	}
	s.printf("%-13s %s\n", "boundary", boundary)
}
