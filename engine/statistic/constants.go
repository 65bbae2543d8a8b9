package statistic

import (
	"anisgd/engine/model"
	"anisgd/engine/problem"
)

// Constants are what every state of one experiment is measured against: its
// classes, and the norms and laws that do not depend on the state. K classes, ℓ
// outputs, ℓ* teacher outputs.
type Constants struct {
	Classes      []model.ClassArrays
	Outputs      int // ℓ
	Windows      []Window
	Quadratics   []Quadratic
	Expectations []Expectation

	MeanNorm2   []float64 // ‖μ_i‖²
	WindowMean2 []float64 // ‖μ_i‖² restricted to window w at [w·K + i]
	Teacher2    []float64 // ‖X*_b‖²; its length is ℓ*
	// TeacherLaws have the constants m*_i and B*_i of every class.
	TeacherLaws []problem.Law
}

// NewConstants allocates the constants of a shape, all zero.
func NewConstants(classes []model.ClassArrays, outputs, teacher int, o *Observables) *Constants {
	c := &Constants{
		Classes: classes, Outputs: outputs,
		Windows: o.Windows, Quadratics: o.Quadratics, Expectations: o.Expectations,
		MeanNorm2:   make([]float64, len(classes)),
		WindowMean2: make([]float64, len(classes)*len(o.Windows)),
		Teacher2:    make([]float64, teacher),
	}
	for range classes {
		c.TeacherLaws = append(c.TeacherLaws, problem.NewLaw(outputs, teacher))
	}
	return c
}

// NewMoments allocates moments of the constants' shape.
func (c *Constants) NewMoments() *Moments {
	teacher, windows := len(c.Teacher2), len(c.Windows)
	moments := &Moments{
		ColumnNorm2: make([]float64, c.Outputs),
		TeacherDot:  make([]float64, c.Outputs*teacher),
		WindowNorm2: make([]float64, windows*c.Outputs),
		WindowMean:  make([]float64, windows*len(c.Classes)*c.Outputs),
		Quadratic:   make([]float64, len(c.Quadratics)),
	}
	for i := range c.Classes {
		law := problem.NewLaw(c.Outputs, teacher)
		copy(law.TeacherMean, c.TeacherLaws[i].TeacherMean)
		copy(law.TeacherCovariance, c.TeacherLaws[i].TeacherCovariance)
		moments.Laws = append(moments.Laws, law)
	}
	return moments
}
