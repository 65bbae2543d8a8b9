package experiment

import (
	"anisgd/engine/limit"
)

// smallestRelativeTolerance of the limit: below it steps shrink for ever, because
// rounding alone errs more.
const smallestRelativeTolerance = 1e-14

// readLimit reads how the limit of an experiment is solved, which is known but for
// this.
func (r *reader) readLimit(v *value, e *Experiment) Limit {
	f := v.fields(limitKeys...)
	method := wordOrAuto(f.get("method"), limit.Methods())
	spectra := f.get("spectrum")
	name := wordOrAuto(spectra, []string{limit.FullSpectrum, limit.CompressedSpectrum, limit.ContinuousSpectrum})
	description := e.Description(name == limit.ContinuousSpectrum)
	if name == limit.ContinuousSpectrum {
		if obstacle := description.Obstacle(); obstacle != "" {
			spectra.fail("is continuum, but %s, expected a description in closed form, or another spectrum", obstacle)
		}
	}
	choice, err := limit.Choose(description, e.Problem, e.Rate, e.Times[len(e.Times)-1], method, name)
	if err != nil {
		v.fail("%v", err)
	}
	r.recordChoice(f.get("method"), method, choice.Method, choice.MethodReason)
	r.recordChoice(spectra, name, choice.Spectrum, choice.SpectrumReason)
	l := Limit{Method: choice.Method, Spectrum: choice.Spectrum, Events: readEvents(f.get("events"))}
	if steps := f.get("max-steps"); steps.given() {
		l.MaxSteps = int(steps.integer(1, 1<<53))
	}
	if limit.FixedStep(l.Method) {
		f.forbid("with an adaptive method (dopri5, tsit5, radau9)", "rtol", "atol")
		step := f.get("step")
		step.require("the step size of method " + l.Method)
		l.Step = step.positive()
		return l
	}
	f.forbid("with a method of fixed step (euler, rk4)", "step")
	l.RelativeTolerance = defaultRelativeTolerance
	if tolerance := f.get("rtol"); tolerance.given() {
		l.RelativeTolerance = tolerance.within("a number from 1e-14, the rounding of a step, to below 1", smallestRelativeTolerance, 1-0x1p-53)
	} else {
		tolerance.record(formatNumber(defaultRelativeTolerance))
	}
	l.AbsoluteTolerance = f.get("atol").atLeastZeroOr(defaultAbsoluteTolerance)
	return l
}

// readEvents reads what to look for on the way: values of the risk, and the slope
// |d log R/d log t| that counts as stationary.
func readEvents(v *value) limit.Events {
	var events limit.Events
	if !v.given() {
		return events
	}
	f := v.fields("risk-below", "stationary")
	if below := f.get("risk-below"); below.given() {
		if below.node.kind == list {
			for _, element := range below.elements("a list of risks") {
				events.RiskBelow = append(events.RiskBelow, element.positive())
			}
		} else {
			events.RiskBelow = []float64{below.positive()}
		}
	}
	if stationary := f.get("stationary"); stationary.given() {
		events.Stationary = stationary.positive()
	}
	return events
}

// wordOrAuto reads one of the words or auto, which it is where the file leaves it
// out.
func wordOrAuto(v *value, words []string) string {
	if !v.given() {
		return limit.Automatic
	}
	return v.word(append([]string{limit.Automatic}, words...), nil)
}

// recordChoice makes what auto became part of the resolved experiment, and remembers
// it and why.
func (r *reader) recordChoice(v *value, given, choice, reason string) {
	if given != limit.Automatic {
		return
	}
	v.record(choice)
	r.auto[v.path], r.reasons[v.path] = choice, reason
}
