package study

import (
	"context"
	"errors"
	"fmt"
	"math"

	"anisgd/engine/experiment"
	"anisgd/engine/model"
	"anisgd/engine/rate"
	"anisgd/engine/regime"
)

// longTime turns an experiment of the diagram into one that is solved as d → ∞
// to t = 1e14, for the search for the boundary.
var longTime = []string{
	"time={end: 1e14, points: 73, spacing: log, start: 1e5}", // eight a decade
	"limit={spectrum: continuum, method: auto, rtol: 1e-7}",
	"statistics=[]",
}

// line finds the boundaries at a point of the x axis, by both estimates.
func (r *runner) line(ctx context.Context, x int) ([]Boundary, error) {
	points := r.phase.Y.Points
	y := scale{points[0].Coordinate, points[len(points)-1].Coordinate, r.phase.Y.Log}
	structure, closed, err := r.searchStructure(x, y)
	if err != nil {
		return nil, err
	}
	risk, err := r.searchRisk(ctx, x, y)
	if errors.Is(err, errMissing) {
		r.missing.Add(1)
	} else if err != nil {
		return nil, fmt.Errorf("boundary at %s = %s: %w", r.phase.X.Describe(), r.phase.X.Points[x].Label, err)
	}
	return pair(r.phase.X.Points[x].Coordinate, y, structure, closed, risk), nil
}

// errMissing says that a solution is not in the store.
var errMissing = errors.New("not in the store")

// searchRisk finds the boundaries on a line from R(t) alone.
func (r *runner) searchRisk(ctx context.Context, x int, y scale) ([]crossing, error) {
	first, err := r.phase.Between(x, y.from, nil)
	if err != nil {
		return nil, err
	}
	return searchRisk(ctx, decayOf(first.Loss), func(ctx context.Context, share float64) (*riskCurve, error) {
		e, err := r.phase.Between(x, y.at(share), longTime)
		if err != nil {
			return nil, err
		}
		curve, err := recall(ctx, r, "curve", e, solveCurve)
		if err == nil && curve == nil {
			err = errMissing
		}
		return curve, err
	})
}

// searchStructure finds the boundaries on a line from the structure of the
// experiments; closed tells that it is known in closed form everywhere.
func (r *runner) searchStructure(x int, y scale) (found []crossing, closed bool, err error) {
	search := func(places int, tolerance float64, separability func(*model.Model) regime.Fate) ([]crossing, bool, error) {
		decided := true
		found, err := findCrossings(evenly(places), tolerance, func(share float64) (regime.Fate, float64, error) {
			e, err := r.phase.Between(x, y.at(share), nil)
			if err != nil {
				return regime.Undecided, 0, err
			}
			fate := predict(e.Experiment, separability)
			decided = decided && fate != regime.Undecided
			return fate, 0, nil
		})
		return found, decided, err
	}
	found, closed, err = search(structurePlaces, structureTolerance, regime.Separability)
	if err != nil || closed {
		return found, closed, err
	}
	found, _, err = search(riskPlaces, riskTolerance, regime.ExtrapolatedSeparability)
	return found, false, err
}

// pair lays the crossings of both estimates side by side: each of the structure
// beside the nearest from the risk of its kind, and what is left alone. A line
// without any has one boundary without estimates.
func pair(x float64, y scale, structure []crossing, closed bool, risk []crossing) []Boundary {
	nan := math.NaN()
	var rows []Boundary
	used := make([]bool, len(risk))
	for i := range structure {
		s := &structure[i]
		row := Boundary{X: x, Kind: s.kind, Structure: y.at(math.Round(s.share/structureDigits) * structureDigits), Risk: nan, Low: nan, High: nan, Predicted: nan}
		if closed {
			row.Predicted = row.Structure
		}
		if c := nearest(risk, s.kind, s.share); c != nil {
			for j := range risk {
				if &risk[j] == c && !used[j] {
					used[j] = true
					row.Risk, row.Low, row.High = y.at(c.share), y.at(c.low), y.at(c.high)
				}
			}
		}
		rows = append(rows, row)
	}
	for j, c := range risk {
		if !used[j] {
			rows = append(rows, Boundary{X: x, Kind: c.kind, Structure: nan, Risk: y.at(c.share), Low: y.at(c.low), High: y.at(c.high), Predicted: nan})
		}
	}
	if rows == nil {
		rows = []Boundary{{X: x, Kind: Transition, Structure: nan, Risk: nan, Low: nan, High: nan, Predicted: nan}}
	}
	return rows
}

// predict tells the fate of an experiment from its structure: the separability of
// the classes and, for least squares, the stability of the learning rate.
func predict(e *experiment.Experiment, separability func(*model.Model) regime.Fate) regime.Fate {
	if !e.HasLabels() || e.Ridge > 0 {
		return regime.Undecided
	}
	switch γ := e.Rate.(type) {
	case rate.Constant:
		if γ == 0 {
			return regime.Undecided
		}
		if e.Loss == "least-squares" {
			switch threshold := regime.ContinuumThreshold(e.Model, e.Ridge); {
			case math.IsNaN(threshold):
				return regime.Undecided
			case float64(γ) >= threshold:
				return regime.Unstable
			}
		}
	case rate.AdaGradNorm:
	default:
		return regime.Undecided
	}
	if e.Loss == "least-squares" {
		// Only opposite means can be mapped to opposite labels without bias.
		classes := e.Model.Classes
		if _, adaptive := e.Rate.(rate.AdaGradNorm); adaptive || len(classes) != 2 ||
			classes[0].Label != -classes[1].Label || !regime.OppositeMeans(e.Model) {
			return regime.Undecided
		}
	}
	return separability(e.Model)
}
