package sgd

import (
	"math"

	"anisgd/kernels"
)

// advanceMany makes steps of several outputs.
func (g *grouped) advanceMany(first, end int64, bound float64) (steps int64, exceeded bool) {
	for k := first; k < end; k++ {
		populationRate := g.rateOf(k)
		class := g.class(k)
		norm2 := g.sampleMany(k, class)
		largest := 0.0
		for _, r := range g.r {
			largest = math.Max(largest, math.Abs(r)) // NaN if any is
		}
		if !(largest <= bound) {
			return k - first, true
		}
		for e, star := range g.stars {
			g.r2[e] = dot(g.a1, star)
		}
		shrink, factor := g.step(k, g.r, g.r2, class, norm2, populationRate)
		for a, v := range g.gradient {
			g.h[a] = factor / g.rootDim * v
		}
		g.updateMany(shrink)
	}
	return end - first, false
}

// sampleMany draws the sample of a step, a₁ and in u a₂ and a₃ of every block, and
// computes the outputs r. It returns ‖a‖².
func (g *grouped) sampleMany(k int64, class int) (norm2 float64) {
	z, uniforms := g.numbersOf(k)
	mean, scales := g.means[class], g.scale[class]
	n := g.outputs
	next, radius := 0, 0
	clear(g.r)
	for b := range g.parts {
		p := &g.parts[b]
		scale := scales[b]
		for row := p.y; row < p.y+p.rank; row++ {
			a := math.FMA(scale, z[next], mean[row])
			g.a1[row] = a
			norm2 = math.FMA(a, a, norm2)
			addMultiple(g.r, a, g.y[row*n:(row+1)*n])
			next++
		}
		for row := range p.rows {
			a := scale * z[next]
			g.u[p.t+row] = a
			norm2 = math.FMA(a, a, norm2)
			at := (p.t + row) * n
			addMultiple(g.r[row:], a, g.t[at+row:at+n]) // zeros before the diagonal
			next++
		}
		if p.radial {
			square := g.square(&p.law, k, b, z[next], uniforms[radius], scale)
			g.u[p.t+p.rows] = math.Sqrt(square)
			norm2 += square
			next++
			radius++
		}
	}
	return norm2
}

// addMultiple adds a·src to dst.
func addMultiple(dst []float64, a float64, src []float64) {
	for i, v := range src {
		dst[i] = math.FMA(a, v, dst[i])
	}
}

// updateMany applies the sample.
func (g *grouped) updateMany(shrink float64) {
	n := g.outputs
	for row, a := range g.a1 {
		y := g.y[row*n : (row+1)*n]
		for i, h := range g.h {
			y[i] = math.FMA(-a, h, shrink*y[i])
		}
	}
	for b := range g.parts {
		p := &g.parts[b]
		rows := p.rows
		if p.radial {
			rows++
		}
		if rows > 0 {
			updateFactor(g.t[p.t*n:(p.t+rows)*n], g.u[p.t:p.t+rows], g.h, shrink)
		}
	}
}

// updateFactor replaces an upper triangular T, row by row of len(h), by the triangular
// factor of s·T − u hᵀ; u is overwritten. A row more than T has outputs is zero before
// and after. Rotations of rows make u a multiple of the first basis vector and T one
// subdiagonal richer; the product is then added to the first row, and rotations again
// remove the subdiagonal (G. H. Golub and C. F. Van Loan, Matrix Computations, section
// 6.5.1): O(ℓ²) operations for ℓ outputs.
func updateFactor(t, u, h []float64, shrink float64) {
	n := len(h)
	if shrink != 1 {
		for i := range t {
			t[i] *= shrink
		}
	}
	last := len(u) - 1
	for j := last - 1; j >= 0; j-- {
		cosine, sine, length := kernels.Rotation(u[j], u[j+1])
		u[j] = length
		rotate(t[j*n+j:(j+1)*n], t[(j+1)*n+j:(j+2)*n], cosine, sine)
	}
	addMultiple(t[:n], -u[0], h)
	for j := 0; j < last && j < n; j++ {
		diagonal, below := t[j*n+j], t[(j+1)*n+j]
		cosine, sine, length := kernels.Rotation(diagonal, below)
		rotate(t[j*n+j:(j+1)*n], t[(j+1)*n+j:(j+2)*n], cosine, sine)
		t[j*n+j], t[(j+1)*n+j] = length, 0
	}
}

// rotate applies a rotation to two rows.
func rotate(upper, lower []float64, cosine, sine float64) {
	for i, x := range upper {
		y := lower[i]
		upper[i] = math.FMA(cosine, x, float64(sine*y))
		lower[i] = math.FMA(cosine, y, -float64(sine*x))
	}
}
