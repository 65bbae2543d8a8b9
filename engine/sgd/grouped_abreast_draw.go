package sgd

import (
	"math"

	"anisgd/engine/problem"
	"anisgd/kernels"
	"anisgd/rng"
)

// stride is the length of the samples of one step: a row for every component, then a row
// a₃² for every radius.
func (a *abreast) stride() int { return (len(a.components) + len(a.radii)) * runsAbreast }

// sample is what the samples of step j of the batch are made of, and the squares of
// their radii.
func (a *abreast) sample(j int) (components, squares []float64) {
	sample := a.samples[j*a.stride() : (j+1)*a.stride()]
	at := len(a.components) * runsAbreast
	return sample[:at], sample[at:]
}

// draw makes the samples of a batch, from the random numbers that the steps of every run
// have in grouped.
func (a *abreast) draw(batch int64) {
	a.batch = batch
	const batches = stepsPerDraw / stepsAbreast
	step, part := uint64(batch/batches), uint64(batch%batches)
	a.noise.Normals(a.z, step, part*uint64(len(a.z)/rng.PairsAbreast))
	a.choice.Uniforms(a.uniforms, step, part*uint64(len(a.uniforms)/rng.PairsAbreast))
	const numbersPerCounter = rng.PairsAbreast / rng.Abreast
	counter := uint64(batch) * (stepsAbreast / numbersPerCounter)
	a.classNumbers.Uniforms(a.classUniforms, 0, counter)
	kernels.ClassesAbreast(a.classes, a.classUniforms, a.thresholds)

	for i := range a.components {
		c := &a.components[i]
		s := a.sampling(c.normal)
		kernels.SampleAbreast(a.samples[i*runsAbreast:], a.stride(), &s, c.mean, c.scale)
	}
	for i := range a.radii {
		a.drawRadius(i)
	}
	if a.needsNorm {
		a.measureSamples()
	}
	if a.shared.config.Problem.LabelNoise() == problem.UniformLabelNoise {
		a.labeled.Uniforms(a.labelNumbers, 0, counter)
	}
	if p, isLogistic := a.shared.config.Problem.(problem.Logistic); isLogistic {
		for i, class := range a.classes {
			a.labels[i/runsAbreast][i%runsAbreast] = p.Labels[class]
		}
	}
}

// sampling is of what a component is made that uses a normal of every step.
func (a *abreast) sampling(normal int) kernels.Sampling {
	return kernels.Sampling{Noise: a.z, Places: a.places[normal*stepsAbreast : (normal+1)*stepsAbreast], Classes: a.classes}
}

// drawRadius makes the squares of one radius. Those that quick does not decide upon, a
// few, are found one by one.
func (a *abreast) drawRadius(index int) {
	r := &a.radii[index]
	squares, stride := a.samples[(len(a.components)+index)*runsAbreast:], a.stride()
	uniforms, uniformStride := a.uniforms[index*runsAbreast:], len(a.radii)*runsAbreast
	s := a.sampling(r.normal)
	if r.isQuick && !kernels.RadiusAbreast(squares, stride, &s, uniforms, uniformStride, r.scale, &r.quick) {
		return
	}
	for j, place := range s.Places {
		for l, member := range a.members {
			if square := &squares[j*stride+l]; !r.isQuick || math.IsNaN(*square) {
				scale := r.scale[a.classes[j*runsAbreast+l]]
				*square = member.square(&r.law, a.batch*stepsAbreast+int64(j), r.block, a.z[int(place)+l], uniforms[j*uniformStride+l], scale)
			}
		}
	}
}

// measureSamples sums ‖a‖² of every sample.
func (a *abreast) measureSamples() {
	for j := range stepsAbreast {
		components, squares := a.sample(j)
		norms := a.norms[j*runsAbreast : (j+1)*runsAbreast]
		clear(norms)
		for i := range a.parts {
			p := &a.parts[i]
			inside := components[p.first*runsAbreast : (p.first+p.rank+p.rows)*runsAbreast]
			kernels.AddOutputsAbreast(norms, inside, inside, false)
			if p.radius < 0 {
				continue
			}
			for l, square := range squares[p.radius*runsAbreast : (p.radius+1)*runsAbreast] {
				norms[l] += square
			}
		}
	}
}
