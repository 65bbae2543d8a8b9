package spectrum

import (
	"math"

	"anisgd/engine/model"
	"anisgd/engine/statistic"
	"anisgd/kernels/elementary"
)

// Survey tells how large the nodes of a description would be, without any sums.
type Survey struct {
	Closed  bool // the spectra are in closed form: Of makes the nodes; else FromArrays
	Nodes   int
	Sources int     // J
	Largest float64 // eigenvalue
}

// Look surveys a description. Spectra given by arrays are looked at mode by mode.
func Look(description *Description) (Survey, error) {
	o, closed := outlineOf(description)
	if !closed {
		return lookAtArrays(description, o)
	}
	s := Survey{Closed: true, Sources: len(o.sources)}
	panels := o.panels()
	for i := range panels {
		p := &panels[i]
		s.Nodes += p.size()
		ends := []float64{elementary.Log(p.hi / o.d)}
		if p.shape == kept || p.shape == logarithmic {
			ends = append(ends, p.low)
		}
		for _, c := range p.segment.curves {
			for _, logarithm := range ends {
				s.Largest = math.Max(s.Largest, c.at(logarithm))
			}
		}
	}
	seen := map[int64]bool{}
	for _, source := range o.sources {
		if unit, ok := source.vector.(model.UnitVector); ok {
			seen[unit.Index] = true
		}
	}
	s.Nodes += len(seen)
	return s, nil
}

// lookAtArrays makes the nodes of the eigenvalues alone.
func lookAtArrays(description *Description, o *outline) (Survey, error) {
	bare := model.Model{Dim: description.Model.Dim}
	for _, class := range description.Model.Classes {
		class.Mean = model.Zero{}
		bare.Classes = append(bare.Classes, class)
	}
	arrays, err := bare.Materialize()
	if err != nil {
		return Survey{}, err
	}
	n := FromArrays(arrays, &statistic.Observables{}, nil, false)
	s := Survey{Nodes: n.Count(), Sources: len(o.sources)}
	for _, values := range n.Eigenvalues {
		for _, v := range values {
			s.Largest = math.Max(s.Largest, v)
		}
	}
	return s, nil
}
