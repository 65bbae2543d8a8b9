package sgd

import (
	"math"

	"anisgd/engine/closure"
	"anisgd/engine/statistic"
)

// measureLaws implements iterate: m_i = Σ Yᵀ(Q₁ᵀμ_i), B_i = Σ λ_i(YᵀY + TᵀT) and
// B̃_i = Σ λ_i Yᵀ(Q₁ᵀx*), over the blocks.
func (g *grouped) measureLaws(dst *statistic.Moments) {
	n, teacher := g.outputs, g.groups.teacher
	for i := range g.groups.classes {
		law := &dst.Laws[i]
		clear(law.Mean)
		for row, v := range g.means[i] {
			addMultiple(law.Mean, v, g.y[row*n:(row+1)*n])
		}
		clear(law.Covariance)
		clear(law.Cross)
		spectrum := g.groups.classes[i].Spectrum
		for b := range g.parts {
			p := &g.parts[b]
			lambda := g.groups.blocks[b].eigenvalues[spectrum]
			if lambda == 0 {
				continue
			}
			addSquares(law.Covariance, g.y[p.y*n:(p.y+p.rank)*n], n, lambda)
			addSquares(law.Covariance, g.t[p.t*n:(p.t+p.rows)*n], n, lambda)
			for e, star := range g.stars {
				for row := p.y; row < p.y+p.rank; row++ {
					v := lambda * star[row]
					for a, y := range g.y[row*n : (row+1)*n] {
						law.Cross[a*teacher+e] = math.FMA(v, y, law.Cross[a*teacher+e])
					}
				}
			}
		}
		for a := range n {
			for b := range a {
				law.Covariance[a*n+b] = law.Covariance[b*n+a]
			}
		}
	}
}

// addSquares adds weight·AᵀA, of which the upper triangle, for the rows of A.
func addSquares(dst, rows []float64, n int, weight float64) {
	for ; len(rows) > 0; rows = rows[n:] {
		for a, v := range rows[:n] {
			if v != 0 {
				addMultiple(dst[a*n+a:(a+1)*n], weight*v, rows[a:n])
			}
		}
	}
}

// measure implements iterate.
func (g *grouped) measure(dst *statistic.Moments) {
	g.measureLaws(dst)
	n, teacher := g.outputs, g.groups.teacher
	observables := &g.shared.config.Observables
	clear(dst.ColumnNorm2)
	clear(dst.TeacherDot)
	clear(dst.WindowNorm2)
	clear(dst.WindowMean)
	clear(dst.Quadratic)
	dst.Distance2 = 0
	for row := range g.a1 {
		y := g.y[row*n : (row+1)*n]
		for e, star := range g.stars {
			for a, v := range y {
				dst.TeacherDot[a*teacher+e] = math.FMA(star[row], v, dst.TeacherDot[a*teacher+e])
			}
		}
		if teacher == n {
			for a, v := range y {
				difference := v - g.stars[a][row]
				dst.Distance2 = math.FMA(difference, difference, dst.Distance2)
			}
		}
	}
	for b := range g.parts {
		block := &g.groups.blocks[b]
		g.addNorms(dst.ColumnNorm2, b)
		if p := &g.parts[b]; teacher == n {
			for _, v := range g.t[p.t*n : (p.t+p.rows)*n] {
				dst.Distance2 = math.FMA(v, v, dst.Distance2)
			}
		}
		for w := range observables.Windows {
			if block.within(&observables.Windows[w]) {
				g.addNorms(dst.WindowNorm2[w*n:(w+1)*n], b)
				g.addMeans(dst.WindowMean[w*n*len(g.means):(w+1)*n*len(g.means)], b)
			}
		}
		for q, quadratic := range observables.Quadratics {
			clear(g.h)
			g.addNorms(g.h, b)
			for _, v := range g.h {
				dst.Quadratic[q] = math.FMA(quadratic.Weights[block.lo], v, dst.Quadratic[q])
			}
		}
	}
}

// addNorms adds the squared norms of the columns in a block.
func (g *grouped) addNorms(dst []float64, b int) {
	p, n := &g.parts[b], g.outputs
	add := func(rows []float64) {
		for ; len(rows) > 0; rows = rows[n:] {
			for a, v := range rows[:n] {
				dst[a] = math.FMA(v, v, dst[a])
			}
		}
	}
	add(g.y[p.y*n : (p.y+p.rank)*n])
	add(g.t[p.t*n : (p.t+p.rows)*n])
}

// addMeans adds the products of the columns in a block with the means of all classes.
func (g *grouped) addMeans(dst []float64, b int) {
	p, n := &g.parts[b], g.outputs
	for i, mean := range g.means {
		for row := p.y; row < p.y+p.rank; row++ {
			addMultiple(dst[i*n:(i+1)*n], mean[row], g.y[row*n:(row+1)*n])
		}
	}
}

// populationRate implements iterate.
func (g *grouped) populationRate(k int64) float64 {
	g.measureLaws(g.moments)
	t := float64(k) / float64(g.groups.dim)
	return g.closure.Evaluate(g.coupling, g.moments.Laws, t, 0, g.gradientNorm2)
}

// measureGroups is ‖∇R‖² at the state: A⁰ is the same for all modes of a block, and
// what drives them lies in the span of the sources.
func (g *grouped) measureGroups(gain *closure.Coupling) float64 {
	n, groups := g.outputs, g.groups
	square := n * n
	total := 0.0
	component := g.h
	for b := range g.parts {
		p, block := &g.parts[b], &groups.blocks[b]
		relax := func(row []float64) {
			for a := range component {
				component[a] = gain.Decay * row[a]
			}
			for l, lambda := range block.eigenvalues {
				for a := range component {
					component[a] = math.FMA(lambda, dot(gain.Rate[l*square+a*n:l*square+(a+1)*n], row), component[a])
				}
			}
		}
		for row := range p.rank {
			at := p.y + row
			relax(g.y[at*n : (at+1)*n])
			for s := range groups.models {
				addMultiple(component, block.coordinates[s][row], gain.Drive[s*n:(s+1)*n])
			}
			for l, lambda := range block.eigenvalues {
				for e, star := range g.stars {
					s := groups.models + l*groups.teacher + e
					addMultiple(component, lambda*star[at], gain.Drive[s*n:(s+1)*n])
				}
			}
			total += dot(component, component)
		}
		for row := range p.rows {
			at := p.t + row
			relax(g.t[at*n : (at+1)*n])
			total += dot(component, component)
		}
	}
	return total
}
