package engine

import "anisgd/engine/internal/phase"

// LabelProfile has the samples of a CPU profile labelled, from now until end is called,
// with the phase of the work ("sample", "dot", "update", "expectation", "reduce",
// "output"), the given name of the model, and the kernel path; `go tool pprof -tags`
// and `-tagfocus phase=update` read them. It may be called again for another model.
// Without it a phase costs a load and a comparison.
func LabelProfile(model string) (end func()) { return phase.Profile(model) }
