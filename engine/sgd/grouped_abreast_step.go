package sgd

import (
	"math"

	"anisgd/engine/problem"
	"anisgd/engine/rate"
	"anisgd/kernels"
)

// step makes step k, or reports that it has not because an output is beyond the bound.
func (a *abreast) step(k int64, bound float64) (made bool) {
	j := int(k % stepsAbreast)
	components, squares := a.sample(j)
	if !a.measureOutputs(components, bound) {
		return false
	}
	a.differentiate(k, j, components)
	a.findRates(k, j)
	if a.outputs == 1 {
		kernels.UpdateAbreast(a.x, components, squares, a.targets, &a.shrink, &a.rate, (*kernels.Runs)(a.gradient))
		return true
	}
	for i, g := range a.gradient {
		a.h[i] = a.rate[i%runsAbreast] * g
	}
	for i := range a.parts {
		a.updatePart(&a.parts[i], components, squares)
	}
	return true
}

// measureOutputs finds the outputs r, and reports whether they are within the bound.
func (a *abreast) measureOutputs(components []float64, bound float64) (within bool) {
	if a.outputs == 1 {
		return kernels.OutputsAbreast((*kernels.Runs)(a.r), components, a.x, bound)
	}
	clear(a.r)
	for i := range a.parts {
		p := &a.parts[i]
		y, t := a.state(p)
		at := components[p.first*runsAbreast:]
		kernels.AddOutputsAbreast(a.r, at[:p.rank*runsAbreast], y, false)
		at = at[p.rank*runsAbreast:]
		kernels.AddOutputsAbreast(a.r, at[:p.rows*runsAbreast], t[:p.rows*a.outputs*runsAbreast], true)
	}
	within = true
	for _, r := range a.r {
		within = within && math.Abs(r) <= bound
	}
	return within
}

// state is Y and T of a block, the latter with the row of zeros behind it, if there is
// one.
func (a *abreast) state(p *abreastPart) (y, t []float64) {
	row := a.outputs * runsAbreast
	rows := p.rows
	if p.radius >= 0 {
		rows++
	}
	x := a.x[p.place*row:]
	return x[:p.rank*row], x[p.rank*row : (p.rank+rows)*row]
}

// updatePart applies the samples to a block of several outputs.
func (a *abreast) updatePart(p *abreastPart, components, squares []float64) {
	y, t := a.state(p)
	at := components[p.first*runsAbreast:]
	kernels.UpdateRowsAbreast(y, at[:p.rank*runsAbreast], a.h, &a.shrink)
	if p.rows == 0 {
		return
	}
	u := a.u[:copy(a.u, at[p.rank*runsAbreast:(p.rank+p.rows)*runsAbreast])]
	if p.radius >= 0 {
		u = a.u[:len(u)+runsAbreast]
		for l, square := range squares[p.radius*runsAbreast : (p.radius+1)*runsAbreast] {
			u[p.rows*runsAbreast+l] = math.Sqrt(square)
		}
	}
	kernels.UpdateFactorAbreast(t, u, a.h, &a.shrink)
}

// differentiate finds the gradients of step k, number j of the batch.
func (a *abreast) differentiate(k int64, j int, components []float64) {
	p := a.shared.config.Problem
	if _, isLogistic := p.(problem.Logistic); isLogistic {
		kernels.LogisticAbreast((*kernels.Runs)(a.gradient), (*kernels.Runs)(a.r), &a.labels[j])
		return
	}
	for e, star := range a.star {
		kernels.OutputsAbreast((*kernels.Runs)(a.r2[e*runsAbreast:]), components, star, math.Inf(1))
	}
	if p.LabelNoise() == problem.NormalLabelNoise {
		a.labeled.Normals(a.labelNumbers, uint64(k), 0)
	}
	one := &a.alone
	for l, class := range a.classes[j*runsAbreast : (j+1)*runsAbreast] {
		for n := range one.r {
			one.r[n] = a.r[n*runsAbreast+l]
		}
		for e := range one.r2 {
			one.r2[e] = a.r2[e*runsAbreast+l]
		}
		switch p.LabelNoise() {
		case problem.UniformLabelNoise:
			one.noise[0] = a.labelNumbers[j*runsAbreast+l]
		case problem.NormalLabelNoise:
			for e := range one.noise {
				one.noise[e] = a.labelNumbers[a.labelPlaces[e]+l]
			}
		}
		p.Gradient(one.gradient, one.r, one.r2, one.noise, int(class))
		for n, g := range one.gradient {
			a.gradient[n*runsAbreast+l] = g
		}
	}
}

// findRates finds shrinkage and learning rate of step k for every run, as stepper.step
// does.
func (a *abreast) findRates(k int64, j int) {
	d := float64(a.shared.config.dim())
	switch rule := a.shared.config.Rate.(type) {
	case rate.Schedule:
		shrink, factor := a.members[0].factors(rule.At(float64(k) / d))
		for l := range a.rate {
			a.shrink[l], a.rate[l] = shrink, factor/a.rootDim
		}
	case rate.AdaGradNorm:
		for l, norm2 := range a.norms[j*runsAbreast : (j+1)*runsAbreast] {
			gradient2 := 0.0
			for n := range a.outputs {
				g := a.gradient[n*runsAbreast+l]
				gradient2 = math.FMA(g, g, gradient2)
			}
			a.accumulated[l] = math.FMA(norm2/d, gradient2/d, a.accumulated[l])
			shrink, factor := a.members[0].factors(rule.Rate(a.accumulated[l]))
			a.shrink[l], a.rate[l] = shrink, factor/a.rootDim
		}
	}
}
