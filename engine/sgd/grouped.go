package sgd

import (
	"math"

	"anisgd/engine/rate"
	"anisgd/rng"
)

const (
	// stepsPerDraw steps have their random numbers drawn together.
	stepsPerDraw = 64
	// groupedStepsPerCheck steps are made between two looks at the context.
	groupedStepsPerCheck = 1 << 16
)

// grouped is the iterate of a model whose modes share their eigenvalues in blocks, as a
// Markov chain of low dimension that has the law of the iterate in d dimensions (theory,
// section 8). In a block of d_c modes, with an orthonormal basis Q₁ of the q₁-dimensional
// span of means, teacher and start, X = Q₁Y + Q₂T: T is upper triangular with
// ρ = min(ℓ, d_c − q₁) rows, and Q₂, orthonormal, is never formed. As the noise has the
// same law in any basis, a sample has there the components
//
//	a₁ = Q₁ᵀμ_i + √λ ξ₁,   a₂ = √λ ξ₂,   a₃ = √λ ζ,   ξ normal, ζ² ~ χ²(d_c − q₁ − ρ),
//
// in Q₁, in Q₂ and along one more direction; and with h = γg/d, s = 1 − γδ/d a step is
//
//	Y ← sY − a₁hᵀ,   T ← R-factor of [sT − a₂hᵀ; −a₃hᵀ].
//
// The signs of T's rows are free: a basis vector may be reversed.
type grouped struct {
	*stepper
	groups  *Groups
	outputs int // ℓ
	parts   []part
	normals int // for one step
	radii   int // χ² variables of one step, at most

	y     []float64   // Y of all blocks, row after row of ℓ
	t     []float64   // T of all blocks, each with a row of zeros behind it if it has a χ²
	means [][]float64 // Q₁ᵀμ_i of every class, by the rows of y
	stars [][]float64 // Q₁ᵀx*_b, the same
	scale [][]float64 // √λ by class and block

	a1 []float64 // of the sample, by the rows of y
	u  []float64 // a₂ and a₃ of the sample, by the rows of t
	r  []float64
	r2 []float64 // r*
	h  []float64

	run                  uint32
	noise, choice, retry rng.Stream // of the normals, and what accepts them for χ²
	batch                int64      // whose numbers are in z and uniforms; −1 for none
	z, uniforms          []float64
	needsNorm            bool // of the sample, for AdaGrad-Norm
}

// part is where a block lies in the arrays of an iterate.
type part struct {
	rank      int // q₁ rows of y from row y on
	y         int
	rows      int // ρ rows of T from row t on; one more behind them if there is a χ²
	t         int
	radial    bool // d_c − q₁ − ρ > 0
	law       rng.ChiSquared
	remaining int64 // d_c − q₁
}

func newGrouped(st *stepper) *grouped {
	c := st.shared.config
	groups, outputs := c.Groups, c.Problem.Outputs()
	g := &grouped{stepper: st, groups: groups, outputs: outputs}
	st.gradientNorm2 = g.measureGroups
	coordinates, factor := 0, 0 // rows
	for n := range groups.blocks {
		b := &groups.blocks[n]
		p := part{rank: b.rank, y: coordinates, t: factor, remaining: b.modes() - int64(b.rank)}
		p.rows = int(min(int64(outputs), p.remaining))
		if freedom := p.remaining - int64(p.rows); freedom > 0 {
			p.radial, p.law = true, rng.NewChiSquared(freedom)
			g.radii++
			factor++
		}
		coordinates, factor = coordinates+p.rank, factor+p.rows
		g.parts = append(g.parts, p)
	}
	g.normals = coordinates + factor
	g.y, g.t = make([]float64, coordinates*outputs), make([]float64, factor*outputs)
	g.a1, g.u = make([]float64, coordinates), make([]float64, factor)
	g.r, g.r2, g.h = make([]float64, outputs), make([]float64, groups.teacher), make([]float64, outputs)
	for _, class := range groups.classes {
		mean := make([]float64, 0, coordinates)
		var scale []float64
		for n := range groups.blocks {
			b := &groups.blocks[n]
			for row := range b.rank {
				v := 0.0
				if class.Source >= 0 {
					v = class.Factor * b.coordinates[class.Source][row]
				}
				mean = append(mean, v)
			}
			scale = append(scale, math.Sqrt(b.eigenvalues[class.Spectrum]))
		}
		g.means, g.scale = append(g.means, mean), append(g.scale, scale)
	}
	for e := range groups.teacher {
		var star []float64
		for n := range groups.blocks {
			star = append(star, groups.blocks[n].coordinates[groups.models+e]...)
		}
		g.stars = append(g.stars, star)
	}
	g.z, g.uniforms = make([]float64, stepsPerDraw*g.normals), make([]float64, stepsPerDraw*g.radii)
	_, g.needsNorm = c.Rate.(rate.AdaGradNorm)
	return g
}

// start puts the iterate at the beginning of a run: Y = Q₁ᵀX(0), and with a start
// variance w a Gaussian matrix of entries of variance w/d in all d dimensions, whose
// part in Q₂ has a triangular factor of independent entries: normals above the
// diagonal, roots of χ² on it.
func (g *grouped) start(run uint32) {
	c := g.shared.config
	g.noise = rng.NewStream(c.Seed, run, rng.DomainNoise)
	g.choice = rng.NewStream(c.Seed, run, rng.DomainChiSquared)
	g.retry = rng.NewStream(c.Seed, run, rng.DomainChiSquaredRetry)
	g.run, g.batch = run, -1
	clear(g.y)
	clear(g.t)
	n := g.outputs
	for a, column := range g.groups.start {
		if column.Source < 0 {
			continue
		}
		for b, p := range g.parts {
			for row, v := range g.groups.blocks[b].coordinates[column.Source] {
				g.y[(p.y+row)*n+a] = column.Factor * v
			}
		}
	}
	if c.StartVariance == 0 {
		return
	}
	stream := rng.NewStream(c.Seed, run, rng.DomainStartFactor)
	deviation := math.Sqrt(c.StartVariance) / g.rootDim
	for b, p := range g.parts {
		normals := make([]float64, (p.rank+p.rows)*n)
		stream.Normals(normals, uint64(b), 0)
		for i, z := range normals[:p.rank*n] {
			g.y[p.y*n+i] = math.FMA(deviation, z, g.y[p.y*n+i])
		}
		for row := range p.rows {
			law := rng.NewChiSquared(p.remaining - int64(row))
			g.t[(p.t+row)*n+row] = deviation * math.Sqrt(law.Retry(&stream, uint64(b), uint64(1+row)))
			for a := row + 1; a < n; a++ {
				g.t[(p.t+row)*n+a] = deviation * normals[(p.rank+row)*n+a]
			}
		}
	}
}

// numbers implements iterate.
func (g *grouped) numbers() [][]float64 { return [][]float64{g.y, g.t} }

// advance makes the steps that are left of a batch of random numbers.
func (g *grouped) advance(k, end int64, bound float64) (steps int64, exceeded bool) {
	g.draw(k / stepsPerDraw)
	end = min(end, (k/stepsPerDraw+1)*stepsPerDraw)
	if g.outputs == 1 {
		return g.advanceOne(k, end, bound)
	}
	return g.advanceMany(k, end, bound)
}

// draw draws the random numbers of a batch of steps.
func (g *grouped) draw(batch int64) {
	if g.batch == batch {
		return
	}
	g.batch = batch
	g.noise.Normals(g.z, uint64(batch), 0)
	g.choice.Uniforms(g.uniforms, uint64(batch), 0)
}

// numbersOf are the random numbers of a step of the batch.
func (g *grouped) numbersOf(k int64) (normals, uniforms []float64) {
	at := int(k % stepsPerDraw)
	return g.z[at*g.normals : (at+1)*g.normals], g.uniforms[at*g.radii : (at+1)*g.radii]
}

// square is a₃² of block b in step k: λ times a χ² variable made of a normal and a uniform
// number.
func (g *grouped) square(law *rng.ChiSquared, k int64, b int, normal, uniform, scale float64) float64 {
	if scale == 0 {
		return 0
	}
	value, accepted := law.Accept(normal, uniform)
	if !accepted {
		value = law.Retry(&g.retry, uint64(k), uint64(b))
	}
	return float64(scale * scale * value)
}

// rateOf is the learning rate of step k for rules that need the population.
func (g *grouped) rateOf(k int64) float64 {
	if !g.shared.population {
		return 0
	}
	return g.populationRate(k)
}
