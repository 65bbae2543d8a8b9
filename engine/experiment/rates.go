package experiment

import (
	"anisgd/engine/rate"
)

// rateForms are the learning rates other than a number.
var rateForms = []form[rate.Rule]{
	{name: "piecewise", read: readPiecewise},
	{name: "power", read: func(_ *reader, v *value) rate.Rule {
		f := v.fields("initial", "exponent", "timescale")
		return rate.Power{
			Initial:   f.get("initial").atLeastZero(),
			Exponent:  f.get("exponent").finite(),
			Timescale: f.get("timescale").positive(),
		}
	}},
	{name: "cosine", read: func(_ *reader, v *value) rate.Rule {
		f := v.fields("initial", "final", "end")
		return rate.Cosine{
			Initial: f.get("initial").atLeastZero(),
			Final:   f.get("final").atLeastZeroOr(0),
			End:     f.get("end").positive(),
		}
	}},
	{name: "adagrad-norm", read: func(_ *reader, v *value) rate.Rule {
		f := v.fields("eta", "b")
		return rate.AdaGradNorm{
			Eta: f.get("eta").within("a number ≥ 0", 0, maximalRate),
			// Its square is finite and not zero.
			B: f.get("b").within("a number > 0, in fact from 1e-150 to 1e150", 1e-150, 1e150),
		}
	}},
	{name: "polyak", empty: true, read: func(r *reader, v *value) rate.Rule {
		if p := r.problem; p.loss != "least-squares" || p.target != "teacher" {
			v.fail("is not defined here, where the smallest risk is not known, expected it only with loss: least-squares and target: teacher")
		}
		return rate.Polyak{}
	}},
	{name: "line-search", empty: true, read: func(r *reader, v *value) rate.Rule {
		if r.problem.ridge > 0 {
			v.fail("is not exact along steps that shrink x(t), expected it only with problem.ridge: 0")
		}
		return rate.LineSearch{}
	}},
}

// readRate reads a learning rate: a number, or one of the forms.
func (r *reader) readRate(v *value) rate.Rule {
	want := "a number ≥ 0 or one of " + formNames(rateForms)
	v.require(want)
	if v.node.kind == mapping {
		return readForm(r, v, rateForms)
	}
	return rate.Constant(v.within(want, 0, maximalRate))
}

// maximalRate only keeps sums and products of rates finite.
const maximalRate = 1e300

// readPiecewise reads [[0, value], [time, value], …].
func readPiecewise(_ *reader, v *value) rate.Rule {
	var p rate.Piecewise
	for j, pair := range v.elements("a list of [time, value] pairs") {
		both := pair.exactly(2, "a pair [time, value]")
		t, x := both[0].atLeastZero(), both[1].atLeastZero()
		if j == 0 && t != 0 {
			both[0].fail("is %s, expected the first time to be 0", both[0].node.text)
		}
		if j > 0 && t <= p.Times[j-1] {
			both[0].fail("is %s, not after the time before it, expected increasing times", both[0].node.text)
		}
		p.Times, p.Values = append(p.Times, t), append(p.Values, x)
	}
	return p
}
