package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// maxStages is kernels.MaxStages.
const maxStages = 7

// scalarBytes is the distance of scalars in the table of the couplings: they are
// repeated so that a multiplication by a register reads them from memory.
const scalarBytes = 32

// shape is a number of spectra and sources for which the sweeps are unrolled.
type shape struct{ spectra, sources int }

// general is the shape of the sweeps that take any number of either.
var general = shape{}

// shapes lists what is built: one or two classes that share a spectrum or have
// their own, with means that are multiples of each other or not, and the rest.
var shapes = []shape{general, {1, 1}, {2, 1}, {2, 2}}

func (s shape) suffix() string {
	if s == general {
		return ""
	}
	return fmt.Sprintf("Shape%d%d", s.spectra, s.sources)
}

// stages builds the sweeps for every shape and number of stages.
func stages(g *generator) {
	g.sweeps = true
	for _, shape := range shapes {
		for n := range maxStages + 1 {
			g.combine(n, shape)
		}
		g.errorNorm(shape)
	}
}

// Parameters of the sweeps, and those of each kind that follow them.
const (
	sweepParameters = "from, to int, y, c *float64, spectra *[]float64, spectrumCount int, " +
		"sources *[]float64, sourceCount int, couplings, "
	combineParameters   = "rows, dstY, dstC, errorY, errorC, out, err, linear, quadratic *float64"
	errorNormParameters = "newY, newC, errorY, errorC *float64, weight, atol, rtol float64, sums *float64"
)

// sweepDoc completes the doc comment of a sweep.
func sweepDoc(generic string, s shape) []string {
	lines := []string{fmt.Sprintf("is Stages.%s on the modes", generic)}
	if s != general {
		lines[0] = fmt.Sprintf("is Stages.%s with %d spectra and %d sources on the modes", generic, s.spectra, s.sources)
	}
	return append(lines, "between two offsets in bytes, their number a positive multiple of Lanes.")
}

// part is one register of modes on its way through the stages. The derivatives
// stay in registers; the instructions for the next part, which are independent,
// fill the gaps that the chain of dependences leaves.
//
// With seven stages every register is needed, so they are handed out here and
// given back as soon as they are free; avo's allocator would not find the
// assignment.
type part struct {
	*generator
	n    int
	y, c operand.Mem   // state at the start of the step
	rows reg.GPVirtual // coefficients of the stages' states

	// coefficients returns a, b and n of a stage, a in a register or in memory.
	coefficients func(stage int) (a operand.Op, b, n reg.Register)

	free []reg.Register
	kept []keptValue    // what need not be loaded
	u, v []reg.Register // −ky and kc of the stages done
}

// keptValue is a register with a value from memory.
type keptValue struct {
	place    operand.Mem
	register reg.Register
}

// keep takes a register for a value and keeps it until makeRoom.
func (p *part) keep(place operand.Mem) {
	p.kept = append(p.kept, keptValue{place, p.from(place)})
}

// makeRoom gives back registers of kept values, the last ones first, until as
// many as needed are free.
func (p *part) makeRoom(needed int) {
	for len(p.free) < needed && len(p.kept) > 0 {
		last := len(p.kept) - 1
		p.give(p.kept[last].register)
		p.kept = p.kept[:last]
	}
}

// with lends the body a register with a value from memory.
func (p *part) with(place operand.Mem, body func(value reg.Register)) {
	for _, k := range p.kept {
		if k.place == place {
			body(k.register)
			return
		}
	}
	r := p.from(place)
	body(r)
	p.give(r)
}

// start takes a register for a sum that starts with a value from memory.
func (p *part) start(place operand.Mem) reg.Register {
	for _, k := range p.kept {
		if k.place == place {
			return p.from(k.register)
		}
	}
	return p.from(place)
}

// take returns a free register.
func (p *part) take() reg.Register {
	if len(p.free) == 0 {
		panic("no vector register is free")
	}
	r := p.free[0]
	p.free = p.free[1:]
	return r
}

// give returns registers to the free ones.
func (p *part) give(registers ...reg.Register) { p.free = append(p.free, registers...) }

// from takes a register and loads it.
func (p *part) from(place operand.Op) reg.Register {
	r := p.take()
	p.loadInto(r, place)
	return r
}

// fill takes a register and fills it with a scalar.
func (p *part) fill(scalar operand.Mem) reg.Register {
	r := p.take()
	p.broadcastInto(r, scalar)
	return r
}

// repeated takes a register and fills it with a scalar that is repeated in memory.
func (p *part) repeated(scalar operand.Mem) reg.Register {
	r := p.take()
	p.repeatedInto(r, scalar)
	return r
}

// factor takes a register for a scalar as coefficient.
func (p *part) factor(scalar operand.Mem) reg.Register {
	r := p.take()
	p.coefficient(r, scalar)
	return r
}

// empty takes a register and sets it to +0.
func (p *part) empty() reg.Register {
	r := p.take()
	p.zero(r)
	return r
}

// scalar is element j of an array of coefficients.
func scalar(array reg.Register, j int) operand.Mem {
	return operand.Mem{Base: array, Disp: 8 * j}
}

// means adds Σ_j array[first+j]·ky_j to y.
func (p *part) means(y, array reg.Register, first int) {
	for j, u := range p.u {
		coefficient := p.factor(scalar(array, first+j))
		p.subtractScaled(y, coefficient, u)
		p.give(coefficient)
	}
}

// variances adds Σ_j array[first+j]·kc_j to c.
func (p *part) variances(c, array reg.Register, first int) {
	for j, v := range p.v {
		coefficient := p.factor(scalar(array, first+j))
		p.addScaled(c, coefficient, v)
		p.give(coefficient)
	}
}

// both is means and variances with each coefficient loaded once.
func (p *part) both(y, c, array reg.Register, first int) {
	for j := range p.u {
		coefficient := p.factor(scalar(array, first+j))
		p.subtractScaled(y, coefficient, p.u[j])
		p.addScaled(c, coefficient, p.v[j])
		p.give(coefficient)
	}
}

// run goes through the stages.
func (p *part) run() {
	for i := range p.n {
		a, u, v := p.coefficients(i)
		first := i * maxStages
		mean := func(y reg.Register) { // u becomes −ky
			p.add(u, a, y)
			p.give(y)
		}
		variance := func(c reg.Register) { // v becomes kc
			twice, ok := a.(reg.Register)
			if !ok {
				twice = p.from(a)
			}
			p.increase(twice, twice)
			p.subtract(v, twice, c)
			p.give(twice, c)
		}
		if len(p.free) >= 3 {
			y, c := p.start(p.y), p.start(p.c)
			p.both(y, c, p.rows, first)
			mean(y)
			variance(c)
		} else {
			y := p.start(p.y)
			p.means(y, p.rows, first)
			mean(y)
			c := p.start(p.c)
			p.variances(c, p.rows, first)
			variance(c)
		}
		p.u, p.v = append(p.u, u), append(p.v, v)
	}
}

// state takes registers for the state at the start plus a combination of all
// derivatives, which are lost.
func (p *part) state(out reg.Register) (y, c reg.Register) {
	y = p.start(p.y)
	if len(p.free) >= 2 {
		c = p.start(p.c)
		p.both(y, c, out, 0)
		p.give(p.u...)
	} else {
		p.means(y, out, 0)
		p.give(p.u...)
		c = p.start(p.c)
		p.variances(c, out, 0)
	}
	p.give(p.v...)
	return y, c
}

// errors stores the combination of the derivatives with other coefficients,
// unless there is no place for it.
func (p *part) errors(place func(array string) operand.Mem) {
	p.jumpIf(p.argument("errorY"), equal, constant(0), "noErrors")
	err := p.pointer("err")
	y := p.empty()
	p.means(y, err, 0)
	p.store(y, place("errorY"))
	p.give(y)
	c := p.empty()
	p.variances(c, err, 0)
	p.store(c, place("errorC"))
	p.give(c)
	p.mark("noErrors")
}

// cross takes a register for 2Y·ky + kc of the only stage.
func (p *part) cross() reg.Register {
	twice := p.from(p.y)
	p.increase(twice, twice)
	cross := p.from(p.v[0])
	p.subtract(cross, twice, p.u[0])
	p.give(twice)
	return cross
}

// square takes a register for ky² of the only stage.
func (p *part) square() reg.Register {
	square := p.take()
	p.multiply(square, p.u[0], p.u[0])
	return square
}

// addError adds the squares of the scaled error to a sum. The state of the only
// stage is the new one.
func (p *part) addError(oldY, oldC, errorY, errorC, magnitudeMask, sum operand.Mem) {
	total := p.from(sum)
	add := func(e reg.Register, old, new operand.Mem) {
		x, y := p.take(), p.take()
		p.magnitude(x, old, magnitudeMask)
		p.magnitude(y, new, magnitudeMask)
		p.larger(x, x, y)
		scale, rtol := p.fill(p.argument("atol")), p.factor(p.argument("rtol"))
		p.addScaled(scale, rtol, x)
		p.divide(e, e, scale)
		p.add(total, e, e)
		p.give(x, y, scale, rtol, e)
	}
	weight := p.factor(p.argument("weight"))
	y := p.from(errorY)
	p.subtractScaled(y, weight, p.u[0])
	add(y, oldY, p.y)
	c := p.from(errorC)
	p.addScaled(c, weight, p.v[0])
	add(c, oldC, p.c)
	p.store(total, sum)
}

// combine builds one variant of Stages.combineGeneric.
func (g *generator) combine(n int, s shape) {
	g.function(fmt.Sprintf("combine%d%s", n, s.suffix()),
		sweepParameters+combineParameters,
		sweepDoc(fmt.Sprintf("combineGeneric after %d stages", n), s)...)
	if s == general {
		g.combineTiles(n)
	} else {
		g.combineParts(n, s)
	}
	g.end()
}

// errorNorm builds one variant of Stages.errorNormGeneric.
func (g *generator) errorNorm(s shape) {
	g.function("errorNorm"+s.suffix(), sweepParameters+errorNormParameters, sweepDoc("errorNormGeneric", s)...)
	if s == general {
		g.errorNormTiles()
	} else {
		g.errorNormParts(s)
	}
	g.end()
}
