package experiment

import "math"

// readSimulation reads how SGD is simulated.
func (r *reader) readSimulation(v *value) Simulation {
	f := v.fields("runs", "method", "precision")
	return Simulation{
		Runs:      int(f.get("runs").integerOr(defaultRuns, 1, maximalRuns)),
		Method:    r.readAuto(f.get("method"), "direct", []string{"direct"}, []string{"grouped"}),
		Precision: f.get("precision").wordOr("f64", []string{"f64"}, []string{"mixed", "f32"}),
	}
}

// limitMethods are the integrators of the limit.
var limitMethods = []struct {
	name     string
	adaptive bool
}{
	{"euler", false}, {"rk4", false}, {"dopri5", true}, {"tsit5", true}, {"radau9", true},
}

// readLimit reads how the limit is solved.
func (r *reader) readLimit(v *value) Limit {
	f := v.fields("method", "step", "rtol", "atol", "spectrum")
	var names []string
	for _, m := range limitMethods {
		names = append(names, m.name)
	}
	limit := Limit{Method: r.readAuto(f.get("method"), "dopri5", names, nil)}
	for _, m := range limitMethods {
		switch {
		case m.name != limit.Method:
		case m.adaptive:
			f.forbid("with a method of fixed step (euler, rk4)", "step")
			limit.RelativeTolerance = defaultRelativeTolerance
			if tolerance := f.get("rtol"); tolerance.given() {
				limit.RelativeTolerance = tolerance.within("a number > 0 and < 1", math.SmallestNonzeroFloat64, 1-0x1p-53)
			} else {
				tolerance.record(formatNumber(defaultRelativeTolerance))
			}
			limit.AbsoluteTolerance = f.get("atol").atLeastZeroOr(defaultAbsoluteTolerance)
		default:
			f.forbid("with an adaptive method (dopri5, tsit5, radau9)", "rtol", "atol")
			step := f.get("step")
			step.require("the step size of method " + m.name)
			limit.Step = step.positive()
		}
	}
	limit.Spectrum = r.readAuto(f.get("spectrum"), "full", []string{"full", "compressed"}, []string{"continuum"})
	return limit
}

// readAuto reads a word that may be auto, which it is where the file leaves it
// out. The choice becomes part of the resolved experiment and is remembered.
func (r *reader) readAuto(v *value, choice string, words, later []string) string {
	if v.given() && v.word(append([]string{"auto"}, words...), later) != "auto" {
		return v.node.text
	}
	v.record(choice)
	r.auto[v.path] = choice
	return choice
}
