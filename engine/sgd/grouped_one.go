package sgd

import "math"

// advanceOne makes steps of one output. A block's T is then a single number, the
// length of what is outside the span, and its update a root.
func (g *grouped) advanceOne(first, end int64, bound float64) (steps int64, exceeded bool) {
	for k := first; k < end; k++ {
		populationRate := g.rateOf(k)
		class := g.class(k)
		r, norm2 := g.sampleOne(k, class)
		if !(math.Abs(r) <= bound) {
			return k - first, true
		}
		g.r[0] = r
		for e, star := range g.stars {
			g.r2[e] = dot(g.a1, star)
		}
		shrink, factor := g.step(k, g.r, g.r2, class, norm2, populationRate)
		g.updateOne(shrink, factor/g.rootDim*g.gradient[0])
	}
	return end - first, false
}

// sampleOne draws the sample of a step: a₁, and in u a₂ and then a₃² of every block.
// It returns the output r and ‖a‖².
func (g *grouped) sampleOne(k int64, class int) (r, norm2 float64) {
	z, uniforms := g.numbersOf(k)
	mean, scales := g.means[class], g.scale[class]
	next, radius := 0, 0
	for b := range g.parts {
		p := &g.parts[b]
		scale := scales[b]
		for row := p.y; row < p.y+p.rank; row++ {
			a := math.FMA(scale, z[next], mean[row])
			g.a1[row] = a
			r = math.FMA(a, g.y[row], r)
			norm2 = math.FMA(a, a, norm2)
			next++
		}
		if p.rows == 1 {
			a := scale * z[next]
			g.u[p.t] = a
			r = math.FMA(a, g.t[p.t], r)
			norm2 = math.FMA(a, a, norm2)
			next++
		}
		if p.radial {
			square := g.square(&p.law, k, b, z[next], uniforms[radius], scale)
			g.u[p.t+p.rows] = square
			norm2 += square
			next++
			radius++
		}
	}
	return r, norm2
}

// updateOne applies the sample: Y ← sY − h a₁, T ← √((sT − h a₂)² + h² a₃²).
func (g *grouped) updateOne(shrink, h float64) {
	for row, a := range g.a1 {
		g.y[row] = math.FMA(-h, a, shrink*g.y[row])
	}
	square := h * h
	for b := range g.parts {
		p := &g.parts[b]
		if p.rows == 0 {
			continue
		}
		v := math.FMA(-h, g.u[p.t], shrink*g.t[p.t])
		if p.radial {
			v = math.Sqrt(math.FMA(v, v, square*g.u[p.t+1]))
		}
		g.t[p.t] = v
	}
}
