package sgd

import (
	"math"

	"anisgd/engine/problem"
	"anisgd/kernels"
	"anisgd/rng"
)

const (
	// runsAbreast is how many grouped runs are stepped side by side.
	runsAbreast = kernels.Abreast
	// fewestAbreast is the number of runs from which on that takes less time than one
	// after the other.
	fewestAbreast = 3
	// stepsAbreast steps have their samples made together: it divides stepsPerDraw, and so
	// many times any number of random numbers is a multiple of rng.Tile.
	stepsAbreast = rng.Tile
)

// Rows of numbers of all runs are as long in package rng as in package kernels.
var _ [runsAbreast]struct{} = [rng.Abreast]struct{}{}

// abreast steps grouped runs side by side. Every number of a run becomes a row of
// numbers of all runs, and every operation works on rows: the same operations in the
// same order as in grouped, so that a run is the same to the bit alone and in company.
//
// The samples of a batch of steps, which do not depend on the iterate, are made component
// by component; then come the steps, each of an inner product, a gradient and an update.
type abreast struct {
	shared  *shared
	rootDim float64
	outputs int // ℓ
	teacher int // ℓ*
	normals int // for one step of one run

	components []component
	radii      []radius
	parts      []abreastPart
	thresholds []float64 // which uniform numbers choose the classes by
	needsNorm  bool      // of the samples, for AdaGrad-Norm

	members                              [runsAbreast]*grouped // the first one also for those that are missing
	runs                                 [runsAbreast]uint32
	noise, choice, classNumbers, labeled rng.Streams
	batch                                int64 // of stepsAbreast steps, whose samples are there; −1 for none

	z, uniforms, classUniforms, labelNumbers []float64
	classes                                  []int64 // of the samples, step after step
	places                                   []int64 // of every normal of a step in z, in every step of a batch
	labelPlaces                              []int   // of the normal label noise of every column in labelNumbers
	samples                                  []float64
	norms                                    []float64      // ‖a‖² of every sample
	labels                                   []kernels.Runs // logistic loss, class labels: of every sample
	star                                     [][]float64    // columns of the teacher: a row for every component

	x           []float64 // rows of ℓ rows for every component, and of zeros behind every T with a radius
	targets     []int64   // one output: components that are lengths
	accumulated kernels.Runs
	r           []float64 // ℓ rows
	r2          []float64 // r*, ℓ* rows
	gradient    []float64 // ℓ rows
	h           []float64 // ℓ rows: γg/d
	u           []float64 // a₂ and a₃ of a block
	shrink      kernels.Runs
	rate        kernels.Runs // γ/d

	alone struct{ gradient, r, r2, noise []float64 } // of one run, for gradients that are found one by one
}

// component is a direction of a block along which the state has a row: of Y, or of T.
type component struct {
	normal      int       // of a step's, which samples are made of
	mean, scale []float64 // by class; no mean is −0
	factor      bool      // of T
	row         int       // of the run's Y or T
	place       int       // of its row in x, counted in rows of ℓ
}

// radius is the length a₃ of samples outside of what the state of a block lies in.
type radius struct {
	normal  int
	scale   []float64
	law     rng.ChiSquared
	quick   kernels.RadiusLaw
	isQuick bool // whether quick exists
	block   int
}

// abreastPart is where a block lies in x and among components and radii.
type abreastPart struct {
	first, rank, rows int // components: rank of Y, then rows of T
	place             int
	radius            int // −1: none
}

// goesAbreast reports whether stepping runs side by side pays: not without vector code
// for it, nor for rates that need the population quantities of every iterate, which are
// the greater part of the work.
func (g *grouped) goesAbreast() bool { return kernels.HasAbreast() && !g.shared.population }

// newAbreast prepares for stepping runs side by side that are like a given one.
func newAbreast(like *grouped) *abreast {
	s := like.shared
	a := &abreast{
		shared: s, rootDim: like.rootDim, outputs: like.outputs, teacher: like.groups.teacher,
		normals: like.normals, needsNorm: like.needsNorm, batch: -1,
	}
	a.addParts(like)
	last := 0
	for i, prior := range s.priors {
		if prior != 0 {
			last = i
		}
	}
	a.thresholds = s.cumulative[:last]

	const samples = stepsAbreast * runsAbreast
	a.z, a.uniforms, a.classUniforms = make([]float64, samples*a.normals), make([]float64, samples*len(a.radii)), make([]float64, samples)
	a.classes, a.norms, a.labels = make([]int64, samples), make([]float64, samples), make([]kernels.Runs, stepsAbreast)
	a.samples = make([]float64, samples*(len(a.components)+len(a.radii)))
	for n := range a.normals {
		for j := range stepsAbreast {
			a.places = append(a.places, int64(rng.PlaceOfNormal(j*a.normals+n)))
		}
	}
	switch s.config.Problem.LabelNoise() {
	case problem.UniformLabelNoise:
		a.labelNumbers = make([]float64, samples)
	case problem.NormalLabelNoise:
		last := 0
		for e := range a.teacher {
			a.labelPlaces = append(a.labelPlaces, rng.PlaceOfNormal(e))
			last = max(last, a.labelPlaces[e])
		}
		a.labelNumbers = make([]float64, (last/rng.PairsAbreast+1)*rng.PairsAbreast)
	}
	a.r, a.r2 = make([]float64, a.outputs*runsAbreast), make([]float64, a.teacher*runsAbreast)
	a.gradient, a.h = make([]float64, a.outputs*runsAbreast), make([]float64, a.outputs*runsAbreast)
	a.u = make([]float64, (a.outputs+1)*runsAbreast)
	a.alone.gradient, a.alone.r = make([]float64, a.outputs), make([]float64, a.outputs)
	a.alone.r2, a.alone.noise = make([]float64, a.teacher), make([]float64, max(a.teacher, 1))
	return a
}

// addParts lays out the blocks.
func (a *abreast) addParts(like *grouped) {
	byClass := func(of func(class int) float64) []float64 {
		values := make([]float64, len(like.means))
		for i := range values {
			values[i] = of(i)
		}
		return values
	}
	a.star = make([][]float64, a.teacher)
	add := func(c component, star func(e int) float64) {
		a.components = append(a.components, c)
		for e := range a.star {
			for range runsAbreast {
				a.star[e] = append(a.star[e], star(e))
			}
		}
	}
	normal, place := 0, 0
	for b := range like.parts {
		p := &like.parts[b]
		part := abreastPart{first: len(a.components), rank: p.rank, rows: p.rows, place: place, radius: -1}
		scale := byClass(func(i int) float64 { return like.scale[i][b] })
		for row := p.y; row < p.y+p.rank; row++ {
			mean := byClass(func(i int) float64 { return like.means[i][row] })
			add(component{normal: normal, mean: mean, scale: scale, row: row, place: place}, func(e int) float64 { return like.stars[e][row] })
			normal, place = normal+1, place+1
		}
		for row := p.t; row < p.t+p.rows; row++ {
			none := byClass(func(int) float64 { return math.Copysign(0, -1) })
			add(component{normal: normal, mean: none, scale: scale, factor: true, row: row, place: place}, func(int) float64 { return 0 })
			normal, place = normal+1, place+1
		}
		if p.radial {
			part.radius = len(a.radii)
			r := radius{normal: normal, scale: scale, law: p.law, block: b}
			r.quick.Slope, r.quick.Bound, r.quick.Factor, r.isQuick = p.law.Quick()
			a.radii = append(a.radii, r)
			a.targets = append(a.targets, int64(len(a.components)-1))
			normal++
			if a.outputs > 1 {
				place++
			}
		}
		a.parts = append(a.parts, part)
	}
	a.x = make([]float64, place*a.outputs*runsAbreast)
}

// advance makes the steps from k to end, of runs whose iterates are all X_k. If an output
// of one of them is larger than bound or not a number, it stops before that step and says
// so: the runs are to go on one by one.
func (a *abreast) advance(members []*grouped, k, end int64, bound float64) (steps int64, exceeded bool) {
	a.gather(members)
	begin := k
	for ; k < end; k++ {
		if batch := k / stepsAbreast; batch != a.batch {
			a.draw(batch)
		}
		if exceeded = !a.step(k, bound); exceeded {
			break
		}
	}
	a.scatter(len(members))
	return k - begin, exceeded
}

// gather takes over the states of runs.
func (a *abreast) gather(members []*grouped) {
	changed := false
	for l := range a.members {
		member := members[0]
		if l < len(members) {
			member = members[l]
		}
		changed = changed || a.members[l] == nil || member.run != a.runs[l]
		a.members[l], a.runs[l] = member, member.run
	}
	if changed {
		seed := a.shared.config.Seed
		a.noise, a.choice = rng.NewStreams(seed, &a.runs, rng.DomainNoise), rng.NewStreams(seed, &a.runs, rng.DomainChiSquared)
		a.classNumbers, a.labeled = rng.NewStreams(seed, &a.runs, rng.DomainClass), rng.NewStreams(seed, &a.runs, rng.DomainLabel)
		a.batch = -1
	}
	for l, member := range a.members {
		a.accumulated[l] = member.accumulated
		a.eachNumber(member, func(number *float64, place int) { a.x[place+l] = *number })
	}
}

// scatter gives the states back.
func (a *abreast) scatter(runs int) {
	for l, member := range a.members[:runs] {
		member.accumulated = a.accumulated[l]
		a.eachNumber(member, func(number *float64, place int) { *number = a.x[place+l] })
	}
}

// eachNumber goes through the numbers of the state of a run and the places of their rows
// in x.
func (a *abreast) eachNumber(g *grouped, do func(number *float64, place int)) {
	for i := range a.components {
		c := &a.components[i]
		state := g.y
		if c.factor {
			state = g.t
		}
		for n := range a.outputs {
			do(&state[c.row*a.outputs+n], (c.place*a.outputs+n)*runsAbreast)
		}
	}
}
