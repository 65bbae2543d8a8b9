package experiment

import (
	"math"
	"slices"

	"anisgd/engine/model"
	"anisgd/engine/problem"
)

// problemForm is a problem that a file can ask for by its loss, target and
// outputs: what else the file has to say for it, and how it is made.
type problemForm struct {
	loss, target, outputs string
	label                 func(v *value) float64 // nil where classes have no labels
	columns               int                    // the most teacher columns it takes
	noise                 bool                   // the labels may have noise
	make                  func(p *problemParts) problem.Problem
}

// problemParts are what problems are made of.
type problemParts struct {
	labels  []float64 // of the classes
	columns int       // of the teacher
	noise   float64   // s
}

// problemForms are all problems. The first one of a loss and target has the
// outputs that a file need not name.
var problemForms = []problemForm{
	{
		loss: "logistic", target: "class", outputs: "scalar", label: signLabel,
		make: func(p *problemParts) problem.Problem { return problem.Logistic{Labels: p.labels} },
	},
	{
		loss: "logistic", target: "teacher", outputs: "scalar", columns: 1,
		make: func(*problemParts) problem.Problem { return problem.TeacherLogistic{} },
	},
	{
		loss: "least-squares", target: "class", outputs: "scalar", label: numberLabel,
		make: func(p *problemParts) problem.Problem { return problem.LeastSquares{Labels: p.labels} },
	},
	{
		loss: "least-squares", target: "class", outputs: "one-hot",
		make: func(p *problemParts) problem.Problem { return problem.NewOneHotLeastSquares(len(p.labels)) },
	},
	{
		loss: "least-squares", target: "teacher", outputs: "scalar", columns: math.MaxInt, noise: true,
		make: func(p *problemParts) problem.Problem {
			return problem.TeacherLeastSquares{Columns: p.columns, Noise: p.noise}
		},
	},
	{
		loss: "softmax", target: "class", outputs: "one-hot",
		make: func(p *problemParts) problem.Problem { return problem.NewSoftmax(len(p.labels)) },
	},
}

func signLabel(v *value) float64 {
	v.require("+1 or -1")
	label := v.number("+1 or -1")
	if label != 1 && label != -1 {
		v.fail("is %s, expected +1 or -1 for logistic loss", v.node.text)
	}
	return label
}

func numberLabel(v *value) float64 {
	v.require("a number")
	return v.finite()
}

// problemSpec is a problem before the classes are known.
type problemSpec struct {
	*problemForm
	noise, ridge float64
	teacher      *value
	lossKey      *value
}

// checkClasses refuses more classes than the loss can have.
func (p *problemSpec) checkClasses(classes int) {
	if p.loss == "softmax" && classes > problem.MaxSoftmaxClasses {
		p.lossKey.fail("is softmax, which is possible up to %d classes, expected least-squares for %d", problem.MaxSoftmaxClasses, classes)
	}
}

// readProblem reads which problem it is, the label noise and the ridge δ. The
// teacher is left for readTeacher, because it may refer to class means.
func (r *reader) readProblem(v *value) *problemSpec {
	v.require("a map with the loss")
	f := v.fields(problemKeys...)
	forms := problemForms
	choose := func(key string, of func(p *problemForm) string, combined string) {
		var possible, all []string
		for _, p := range forms {
			possible = appendNew(possible, of(&p))
		}
		for _, p := range problemForms {
			all = appendNew(all, of(&p))
		}
		choice := f.get(key)
		var word string
		if key == "loss" {
			word = choice.word(all, nil)
		} else {
			word = choice.wordOr(possible[0], all, nil)
		}
		if !slices.Contains(possible, word) {
			choice.fail("is %s, which is not possible %s, expected %s", word, combined, oneOf(possible))
		}
		forms = slices.DeleteFunc(slices.Clone(forms), func(p problemForm) bool { return of(&p) != word })
	}
	choose("loss", func(p *problemForm) string { return p.loss }, "")
	choose("target", func(p *problemForm) string { return p.target }, "with loss: "+forms[0].loss)
	choose("outputs", func(p *problemForm) string { return p.outputs },
		"with loss: "+forms[0].loss+" and target: "+forms[0].target)

	p := &problemSpec{problemForm: &forms[0], teacher: f.get("teacher"), lossKey: f.get("loss")}
	p.ridge = f.get("ridge").atLeastZeroOr(0)
	noise := f.get("noise")
	if p.noise = noise.atLeastZeroOr(0); p.noise != 0 && !p.problemForm.noise {
		noise.fail("means nothing here, expected it only with loss: least-squares and target: teacher")
	}
	if p.columns == 0 {
		f.forbid("with target: teacher", "teacher")
	}
	return p
}

func appendNew(words []string, word string) []string {
	if slices.Contains(words, word) {
		return words
	}
	return append(words, word)
}

// readTeacher reads the columns of X* where the problem has a teacher: one
// vector, or a list of them. References are to class means.
func (r *reader) readTeacher(p *problemSpec) []model.Vector {
	if p.columns == 0 {
		return nil
	}
	p.teacher.require("the teacher, one vector or a list of vectors, one for each output")
	if p.teacher.node.kind != list {
		return []model.Vector{r.readVector(p.teacher)}
	}
	elements := p.teacher.elements("a list of at least one vector")
	if len(elements) > p.columns {
		p.teacher.fail("has %d elements, expected one vector with loss: %s, which has one output", len(elements), p.loss)
	}
	var columns []model.Vector
	for _, element := range elements {
		columns = append(columns, r.readVector(element))
	}
	return columns
}
