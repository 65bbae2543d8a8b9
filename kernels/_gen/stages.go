package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// maxStages is kernels.MaxStages.
const maxStages = 7

// sliceBytes is the size of a slice header, whose first word is the pointer.
const sliceBytes = 24

const tileBytes = lanes * 8

// The sweeps work on one tile of modes at a time, in three phases.
//
// Coefficients: a, n and b of every stage go to a buffer on the stack, for a
// whole tile, so that each scalar that is broadcast serves all its registers.
//
// States: one register of modes at a time runs through all the stages with its
// derivatives in registers; the independent instructions of the next register
// fill the gaps of its chain of dependences.
//
// Reductions: over the tile, for every source and spectrum.

// stages builds the sweeps for every number of stages.
func stages(g *generator) {
	for n := range maxStages + 1 {
		g.combine(n)
	}
	for n := 1; n <= maxStages; n++ {
		g.errorNorm(n)
	}
}

const sweepArguments = "lo, hi int, y, c *float64, spectra *[]float64, spectrumCount int, " +
	"sources *[]float64, sourceCount int, couplings, rows *float64, "

// sweep is what the phases of one function share.
type sweep struct {
	*generator
	n      int           // stages
	index  reg.GPVirtual // of the current tile's first mode, in bytes
	buffer reg.GPVirtual // on the stack, aligned to a register
}

// Layout of the buffer: a, n and b of each stage, then two tiles of results,
// then one register of all bits but the sign.
func (s *sweep) coefficient(stage, which int) int { return (3*stage + which) * tileBytes }
func (s *sweep) result(which int) int             { return s.coefficient(s.n, which) }
func (s *sweep) magnitude() int                   { return s.coefficient(s.n, 2) }

// Order of the coefficients.
const (
	decays  = iota // a
	noises         // n
	forcing        // b
)

func (g *generator) begin(n int) *sweep {
	s := &sweep{generator: g, n: n, index: g.GP64(), buffer: g.GP64()}
	local := g.AllocLocal(s.magnitude() + 2*g.bytes)
	g.LEAQ(local.Offset(g.bytes), s.buffer)
	g.ANDQ(operand.I32(-g.bytes), s.buffer)
	g.Load(g.Param("lo"), s.index)
	g.SHLQ(operand.U8(3), s.index)
	return s
}

// overTiles repeats the body for every tile of the range.
func (s *sweep) overTiles(body func()) {
	s.Label("tile")
	body()
	s.ADDQ(operand.U32(tileBytes), s.index)
	position := s.GP64()
	s.MOVQ(s.index, position)
	s.SHRQ(operand.U8(3), position)
	s.CMPQ(position, s.argument("hi"))
	s.JLT(operand.LabelRef("tile"))
}

// overSlices repeats the body for every slice of a list, with the pointer to
// the slice's first element. The list may be empty unless it is known not to be.
func (s *sweep) overSlices(label, list, count string, mayBeEmpty bool, body func(slice reg.GPVirtual)) {
	header, left := s.pointer(list), s.pointer(count)
	if mayBeEmpty {
		s.TESTQ(left, left)
		s.JE(operand.LabelRef(label + "Done"))
	}
	s.Label(label)
	slice := s.GP64()
	s.MOVQ(operand.Mem{Base: header}, slice)
	body(slice)
	s.ADDQ(operand.U8(sliceBytes), header)
	s.DECQ(left)
	s.JNE(operand.LabelRef(label))
	if mayBeEmpty {
		s.Label(label + "Done")
	}
}

// mode is part k of the current tile of an array.
func (s *sweep) mode(array reg.Register, k int) operand.Mem {
	return operand.Mem{Base: array, Index: s.index, Scale: 1, Disp: k * s.bytes}
}

// coefficients is the first phase.
func (s *sweep) coefficients() {
	if s.n == 0 {
		return
	}
	coupling := s.pointer("couplings")
	buffer, left := s.GP64(), s.GP64()
	s.MOVQ(s.buffer, buffer)
	s.MOVQ(operand.U32(s.n), left)
	s.Label("stage")

	next := func() reg.VecVirtual { // scalar of the coupling
		r := s.broadcast(operand.Mem{Base: coupling})
		s.ADDQ(operand.U8(8), coupling)
		return r
	}
	a, n := s.tile(), s.tile()
	s.VBROADCASTSD(operand.Mem{Base: coupling}, a[0])
	s.ADDQ(operand.U8(8), coupling)
	for _, r := range a[1:] {
		s.VMOVAPD(a[0], r)
	}
	s.zero(n...)
	s.overSlices("spectrum", "spectra", "spectrumCount", false, func(spectrum reg.GPVirtual) {
		rate, noise := next(), next()
		for k := range a {
			lambda := s.vector()
			s.VMOVUPD(s.mode(spectrum, k), lambda)
			s.add(a[k], lambda, rate)
			s.add(n[k], lambda, noise)
		}
	})
	for k := range a {
		s.VMOVAPD(a[k], s.at(buffer, k).Offset(s.coefficient(0, decays)))
		s.VMOVAPD(n[k], s.at(buffer, k).Offset(s.coefficient(0, noises)))
	}
	b := s.tile()
	s.zero(b...)
	s.overSlices("drive", "sources", "sourceCount", true, func(source reg.GPVirtual) {
		drive := next()
		for k := range b {
			s.add(b[k], s.mode(source, k), drive)
		}
	})
	for k := range b {
		s.VMOVAPD(b[k], s.at(buffer, k).Offset(s.coefficient(0, forcing)))
	}

	s.ADDQ(operand.U32(s.coefficient(1, 0)), buffer)
	s.DECQ(left)
	s.JNE(operand.LabelRef("stage"))
}

// part is one register of modes in the second phase.
type part struct {
	*sweep
	y, c     operand.Mem                  // state at the start of the step
	rows     reg.GPVirtual                // coefficients of the stages
	inBuffer func(offset int) operand.Mem // place of this part in the buffer
	offset   reg.GPVirtual                // of the part in the tile, in bytes
	u, v     []reg.VecVirtual             // −ky and kc of the stages done
}

// overParts repeats the body for every register of the current tile.
func (s *sweep) overParts(body func(p *part)) {
	y, c, rows := s.pointer("y"), s.pointer("c"), s.pointer("rows")
	offset, in := s.GP64(), s.GP64()
	s.ADDQ(s.index, y)
	s.ADDQ(s.index, c)
	s.XORQ(offset, offset)
	s.Label("part")
	s.LEAQ(operand.Mem{Base: s.buffer, Index: offset, Scale: 1}, in)
	body(&part{
		sweep:    s,
		y:        operand.Mem{Base: y, Index: offset, Scale: 1},
		c:        operand.Mem{Base: c, Index: offset, Scale: 1},
		rows:     rows,
		inBuffer: func(o int) operand.Mem { return operand.Mem{Base: in, Disp: o} },
		offset:   offset,
	})
	s.ADDQ(operand.U8(s.bytes), offset)
	s.CMPQ(offset, operand.U32(tileBytes))
	s.JLT(operand.LabelRef("part"))
}

// scalar is element j of an array of coefficients.
func scalar(array reg.Register, j int) operand.Mem {
	return operand.Mem{Base: array, Disp: 8 * j}
}

// combination adds Σ_j array[first+j]·k_j to y and c.
func (p *part) combination(y, c reg.VecVirtual, array reg.Register, first int) {
	for j := range p.u {
		coefficient := p.broadcast(scalar(array, first+j))
		p.subtract(y, coefficient, p.u[j])
		p.add(c, coefficient, p.v[j])
	}
}

// run goes through the stages. Before the state of the last stage is lost it is
// given to last.
func (p *part) run(last func(y, c reg.VecVirtual)) {
	for i := range p.n {
		y, c := p.load(p.y), p.load(p.c)
		p.combination(y, c, p.rows, i*maxStages)
		if i == p.n-1 {
			last(y, c)
		}
		a := func() operand.Mem { return p.inBuffer(p.coefficient(i, decays)) }
		u := p.load(p.inBuffer(p.coefficient(i, forcing)))
		p.add(u, a(), y)
		twice := p.load(a())
		p.VADDPD(twice, twice, twice)
		v := p.load(p.inBuffer(p.coefficient(i, noises)))
		p.subtract(v, twice, c)
		p.u, p.v = append(p.u, u), append(p.v, v)
	}
}

// scarce says that the registers do not hold both combinations beside the
// derivatives of all stages, so that one must follow the other.
func (p *part) scarce() bool { return p.bytes < 64 && 2*p.n+3 > 16 }

func (g *generator) combine(n int) {
	g.function(fmt.Sprintf("combine%d", n),
		sweepArguments+"dstY, dstC, out, linear, quadratic *float64",
		fmt.Sprintf("is Stages.combineGeneric with %d stages on the modes", n),
		"from lo to hi, their number a positive multiple of Lanes.")
	s := g.begin(n)
	s.overTiles(func() {
		s.coefficients()
		out := s.pointer("out")
		s.overParts(func(p *part) {
			p.run(func(y, c reg.VecVirtual) {})
			if p.scarce() {
				y := p.load(p.y)
				for j := range p.u {
					p.subtract(y, p.broadcast(scalar(out, j)), p.u[j])
				}
				p.VMOVAPD(y, p.inBuffer(p.result(0)))
				c := p.load(p.c)
				for j := range p.v {
					p.add(c, p.broadcast(scalar(out, j)), p.v[j])
				}
				p.VMOVAPD(c, p.inBuffer(p.result(1)))
				return
			}
			y, c := p.load(p.y), p.load(p.c)
			p.combination(y, c, out, 0)
			p.VMOVAPD(y, p.inBuffer(p.result(0)))
			p.VMOVAPD(c, p.inBuffer(p.result(1)))
		})
		s.reduce()
	})
	s.end()
}

// reduce is the third phase: it stores the combination if asked to, and adds it
// to the sums.
func (s *sweep) reduce() {
	y, c := s.tile(), s.tile()
	for k := range y {
		s.VMOVAPD(s.at(s.buffer, k).Offset(s.result(0)), y[k])
		s.VMOVAPD(s.at(s.buffer, k).Offset(s.result(1)), c[k])
	}
	dstY, dstC := s.pointer("dstY"), s.pointer("dstC")
	s.TESTQ(dstY, dstY)
	s.JE(operand.LabelRef("stored"))
	for k := range y {
		s.VMOVUPD(y[k], s.mode(dstY, k))
		s.VMOVUPD(c[k], s.mode(dstC, k))
	}
	s.Label("stored")

	add := func(sums reg.GPVirtual, array reg.GPVirtual, to []reg.VecVirtual) {
		for k, r := range to {
			sum := s.load(s.at(sums, k))
			s.add(sum, s.mode(array, k), r)
			s.VMOVUPD(sum, s.at(sums, k))
		}
		s.ADDQ(operand.U32(tileBytes), sums)
	}
	linear := s.pointer("linear")
	s.overSlices("linear", "sources", "sourceCount", true, func(source reg.GPVirtual) {
		add(linear, source, y)
	})
	for k := range y {
		s.add(c[k], y[k], y[k])
	}
	quadratic := s.pointer("quadratic")
	s.overSlices("quadratic", "spectra", "spectrumCount", false, func(spectrum reg.GPVirtual) {
		add(quadratic, spectrum, c)
	})
}

func (g *generator) errorNorm(n int) {
	g.function(fmt.Sprintf("errorNorm%d", n),
		sweepArguments+"err *float64, atol, rtol float64, sum *float64",
		fmt.Sprintf("is Stages.errorNormGeneric with %d stages on the modes", n),
		"from lo to hi, their number a positive multiple of Lanes.")
	s := g.begin(n)
	magnitude := s.vector()
	s.VPCMPEQD(magnitude, magnitude, magnitude)
	s.VPSRLQ(operand.U8(1), magnitude, magnitude)
	s.VMOVAPD(magnitude, operand.Mem{Base: s.buffer, Disp: s.magnitude()})
	s.overTiles(func() {
		s.coefficients()
		err, sum := s.pointer("err"), s.pointer("sum")
		s.overParts(func(p *part) {
			p.run(func(y, c reg.VecVirtual) {
				p.VMOVAPD(y, p.inBuffer(p.result(0)))
				p.VMOVAPD(c, p.inBuffer(p.result(1)))
			})
			errorY, errorC := p.vector(), p.vector()
			if p.scarce() {
				p.zero(errorY)
				for j := range p.u {
					p.subtract(errorY, p.broadcast(scalar(err, j)), p.u[j])
				}
				p.zero(errorC)
				for j := range p.v {
					p.add(errorC, p.broadcast(scalar(err, j)), p.v[j])
				}
			} else {
				p.zero(errorY, errorC)
				p.combination(errorY, errorC, err, 0)
			}
			magnitude := p.load(operand.Mem{Base: p.buffer, Disp: p.magnitude()})
			scale := func(old, new operand.Mem) reg.VecVirtual {
				x, y := p.vector(), p.vector()
				p.VANDPD(old, magnitude, x)
				p.VANDPD(new, magnitude, y)
				p.VMAXPD(y, x, x)
				scale := p.broadcast(p.argument("atol"))
				p.add(scale, x, p.broadcast(p.argument("rtol")))
				return scale
			}
			p.VDIVPD(scale(p.y, p.inBuffer(p.result(0))), errorY, errorY)
			p.VDIVPD(scale(p.c, p.inBuffer(p.result(1))), errorC, errorC)
			place := operand.Mem{Base: sum, Index: p.offset, Scale: 1}
			total := p.load(place)
			p.add(total, errorY, errorY)
			p.add(total, errorC, errorC)
			p.VMOVUPD(total, place)
		})
	})
	s.end()
}
