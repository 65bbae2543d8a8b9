package experiment

import "anisgd/engine/problem"

// lossForm is a loss: how classes are labelled for it, and the problem it makes.
type lossForm struct {
	name  string
	label func(v *value) float64
	make  func(labels []float64) problem.Problem
}

var lossForms = []lossForm{
	{
		name: "logistic",
		label: func(v *value) float64 {
			v.require("+1 or -1")
			label := v.number("+1 or -1")
			if label != 1 && label != -1 {
				v.fail("is %s, expected +1 or -1 for logistic loss", v.node.text)
			}
			return label
		},
		make: func(labels []float64) problem.Problem { return problem.Logistic{Labels: labels} },
	},
	{
		name: "least-squares",
		label: func(v *value) float64 {
			v.require("a number")
			return v.finite()
		},
		make: func(labels []float64) problem.Problem { return problem.LeastSquares{Labels: labels} },
	},
}

// readProblem reads the loss and the ridge δ.
func (r *reader) readProblem(v *value) (loss *lossForm, ridge float64) {
	v.require("a map with the loss")
	f := v.fields("loss", "target", "outputs", "noise", "teacher", "ridge")
	var names []string
	for _, l := range lossForms {
		names = append(names, l.name)
	}
	name := f.get("loss").word(names, []string{"softmax"})
	for i := range lossForms {
		if lossForms[i].name == name {
			loss = &lossForms[i]
		}
	}
	f.get("target").wordOr("class", []string{"class"}, []string{"teacher"})
	f.get("outputs").wordOr("scalar", []string{"scalar"}, []string{"one-hot"})
	f.forbid("with target: teacher", "teacher")
	if noise := f.get("noise"); noise.atLeastZeroOr(0) != 0 {
		noise.fail("means nothing here, expected it only with target: teacher")
	}
	return loss, f.get("ridge").atLeastZeroOr(0)
}
