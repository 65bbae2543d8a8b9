package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	// runsAbreast is kernels.Abreast, the elements of a row.
	runsAbreast = 8
	rowBytes    = 8 * runsAbreast
	// fewClasses is kernels.fewClasses: tables of so many elements are one register.
	fewClasses = 8
)

// The fields of elementary.ExpConstants, in bytes from its start, and of a row of its
// table.
const (
	expStepsPerUnit = 8 * iota
	expRoundingShift
	expMinusStepHigh
	expMinusStepLow
	exp0
	exp1
	exp2
	exp3
	expOrdinary
	expPowers

	expScale = 8 // in a row of two numbers
	expSteps = 128
)

// predicate is that of a comparison of float64. All but isNotBelow are false for NaN.
type predicate uint8

const (
	isEqual    predicate = 0x00
	isBelow    predicate = 0x11
	isAtMost   predicate = 0x12 // less or equal
	isNotBelow predicate = 0x15
	isAtLeast  predicate = 0x1d // greater or equal
)

// abreast builds the kernels of runs side by side.
func abreast(g *generator) {
	l := newLanes(g)
	l.classes()
	l.sampling("sampleAbreast", false, false)
	l.sampling("radiusAbreast", true, false)
	if g.masked { // of AVX2 a register holds four
		l.sampling("sampleAbreastFew", false, true)
		l.sampling("radiusAbreastFew", true, true)
	}
	l.outputs()
	l.logistic()
	l.update()
}

// lanesOf is what the functions of the family share, for the machine with AVX2 or
// AVX-512, on which a row of runs is one register or two.
type lanesOf struct {
	*avx
	generator *generator
}

func newLanes(g *generator) lanesOf { return lanesOf{g.machine.(*avx), g} }

func (g lanesOf) function(name, signature string, doc ...string) {
	g.generator.function(name, signature, doc...)
}

func (g lanesOf) pointer(name string) reg.GPVirtual { return g.generator.pointer(name) }

func (g lanesOf) argument(name string) operand.Mem { return g.generator.argument(name) }

func (g lanesOf) broadcast(from operand.Mem) reg.Register { return g.generator.broadcast(from) }

func (g lanesOf) parts() int { return rowBytes / g.bytes }

// row is a register for every part of a row.
func (g lanesOf) row() []reg.Register {
	r := make([]reg.Register, g.parts())
	for k := range r {
		r[k] = g.vector()
	}
	return r
}

// loaded is the row at a place.
func (g lanesOf) loaded(from operand.Mem) []reg.Register {
	r := g.row()
	for k := range r {
		g.VMOVUPD(from.Offset(k*g.bytes), r[k])
	}
	return r
}

// repeated is a register filled with a constant.
func (g lanesOf) repeated(bits uint64) reg.Register {
	general, x, r := g.GP64(), g.XMM(), g.vector()
	g.MOVQ(operand.U64(bits), general)
	g.VMOVQ(general, x)
	g.VPBROADCASTQ(x, r)
	return r
}

// exclusiveOr and and work on the bits of registers.
func (g lanesOf) exclusiveOr(x, y, to operand.Op) {
	if g.masked {
		g.VPXORQ(x, y, to)
	} else {
		g.VPXOR(x, y, to)
	}
}

func (g lanesOf) and(x, y, to operand.Op) {
	if g.masked {
		g.VPANDQ(x, y, to)
	} else {
		g.VPAND(x, y, to)
	}
}

// gather is the elements of a table, of 8 bytes each, at the indices of a register.
func (g lanesOf) gather(table operand.Mem, indices reg.Register) reg.Register {
	table.Index, table.Scale = indices, 8
	r := g.vector()
	if g.masked {
		all := g.K()
		ones := g.GP32()
		g.MOVL(operand.U32(0xff), ones)
		g.KMOVW(ones, all)
		g.VGATHERQPD(table, all, r)
		return r
	}
	all := g.vector()
	g.VPCMPEQQ(all, all, all)
	g.VGATHERQPD(all, table, r)
	return r
}

// comparison is which elements of y compare to x as a predicate says, a mask or a
// register of all bits.
func (g lanesOf) comparison(is predicate, x operand.Op, y reg.Register) reg.Register {
	if g.masked {
		m := g.K()
		g.VCMPPD(operand.U8(is), x, y, m)
		return m
	}
	m := g.vector()
	g.VCMPPD(operand.U8(is), x, y, m)
	return m
}

// choose is yes where a comparison holds, else no.
func (g lanesOf) choose(comparison, yes, no reg.Register) reg.Register {
	r := g.vector()
	if g.masked {
		g.VBLENDMPD(yes, no, comparison, r)
	} else {
		g.VBLENDVPD(comparison, yes, no, r)
	}
	return r
}

// bits is a comparison as bits of a general register.
func (g lanesOf) bits(comparison reg.Register) reg.GPVirtual {
	r := g.GP32()
	if g.masked {
		g.KMOVW(comparison, r)
	} else {
		g.VMOVMSKPD(comparison, r)
	}
	return r
}

// reportAll stores 1 at a pointer if comparisons hold of all elements of a row, else 0.
func (g lanesOf) reportAll(comparisons []reg.Register, to reg.GPVirtual) {
	all := g.bits(comparisons[0])
	for _, c := range comparisons[1:] {
		g.ANDL(g.bits(c), all)
	}
	result := g.GP64()
	g.XORQ(result, result)
	g.CMPL(all, operand.U32(1<<g.elements()-1))
	g.SETEQ(result.As8())
	g.MOVQ(result, operand.Mem{Base: to})
}

// classes counts thresholds.
func (g lanesOf) classes() {
	g.function("classesAbreast", "dst *int64, uniforms, thresholds *float64, count, n int",
		"is ClassesAbreast for count thresholds on n elements, n a positive", "multiple of Abreast.")
	dst, uniforms, thresholds := g.pointer("dst"), g.pointer("uniforms"), g.pointer("thresholds")
	n, count := g.pointer("n"), g.pointer("count")
	one := g.repeated(1)
	g.Label("row")
	u, classes := g.loaded(operand.Mem{Base: uniforms}), g.row()
	g.zero(classes...)
	index := g.GP64()
	g.XORQ(index, index)
	g.JMP(operand.LabelRef("check"))
	g.Label("threshold")
	threshold := g.broadcast(operand.Mem{Base: thresholds, Index: index, Scale: 8})
	for k := range u {
		above := g.comparison(isNotBelow, threshold, u[k])
		if g.masked {
			g.VPADDQ(one, classes[k], above, classes[k])
		} else {
			g.VPSUBQ(above, classes[k], classes[k])
		}
	}
	g.INCQ(index)
	g.Label("check")
	g.CMPQ(index, count)
	g.JL(operand.LabelRef("threshold"))
	for k, c := range classes {
		g.VMOVUPD(c, operand.Mem{Base: dst, Disp: k * g.bytes})
	}
	g.ADDQ(operand.U8(rowBytes), dst)
	g.ADDQ(operand.U8(rowBytes), uniforms)
	g.SUBQ(operand.U8(runsAbreast), n)
	g.JG(operand.LabelRef("row"))
	g.end()
}

// sampling makes components of samples: with a mean, or the squared radii of what lies
// outside the span. Of few classes a register holds the tables.
func (g lanesOf) sampling(name string, radii, few bool) {
	specification, classes := "SampleAbreast", ""
	arguments := "dst *float64, stride int, noise *float64, places, classes *int64, mean, scale *float64, steps int"
	if radii {
		specification = "RadiusAbreast"
		arguments = "dst *float64, stride int, noise *float64, places, classes *int64, uniforms *float64, uniformStride int, " +
			"scale *float64, slope, bound, factor float64, decided *int64, steps int"
	}
	if few {
		classes = ", whose tables have 8 elements"
	}
	g.function(name, arguments, "is "+specification+" for steps ≥ 1 steps"+classes+", with", "strides in bytes.")
	dst, stride, noise := g.pointer("dst"), g.pointer("stride"), g.pointer("noise")
	places, classesAt, scale, steps := g.pointer("places"), g.pointer("classes"), g.pointer("scale"), g.pointer("steps")
	lookUp := func(table reg.Register) func(indices reg.Register) reg.Register {
		if !few {
			return func(indices reg.Register) reg.Register { return g.gather(operand.Mem{Base: table}, indices) }
		}
		held := g.vector()
		g.VMOVUPD(operand.Mem{Base: table}, held)
		return func(indices reg.Register) reg.Register {
			r := g.vector()
			g.VPERMPD(held, indices, r)
			return r
		}
	}
	scaleOf := lookUp(scale)
	var body func(part int, x, indices reg.Register) reg.Register
	advance, finish := func() {}, func() {}
	if radii {
		body, advance, finish = g.radius(scaleOf)
	} else {
		meanOf := lookUp(g.pointer("mean"))
		body = func(_ int, x, indices reg.Register) reg.Register {
			sum := meanOf(indices)
			g.add(sum, scaleOf(indices), x)
			return sum
		}
	}
	g.Label("step")
	place := g.GP64()
	g.MOVQ(operand.Mem{Base: places}, place)
	for k := range g.parts() {
		x, indices := g.vector(), g.vector()
		g.VMOVUPD(operand.Mem{Base: noise, Index: place, Scale: 8, Disp: k * g.bytes}, x)
		g.VMOVUPD(operand.Mem{Base: classesAt, Disp: k * g.bytes}, indices)
		g.VMOVUPD(body(k, x, indices), operand.Mem{Base: dst, Disp: k * g.bytes})
	}
	g.ADDQ(stride, dst)
	g.ADDQ(operand.U8(8), places)
	g.ADDQ(operand.U8(rowBytes), classesAt)
	advance()
	g.DECQ(steps)
	g.JNZ(operand.LabelRef("step"))
	finish()
	g.end()
}

// radius makes squared radii; its comparisons are collected, and told at the end.
func (g lanesOf) radius(scaleOf func(indices reg.Register) reg.Register) (body func(part int, x, indices reg.Register) reg.Register, advance, finish func()) {
	uniforms, uniformStride := g.pointer("uniforms"), g.pointer("uniformStride")
	slope, bound, factor := g.broadcast(g.argument("slope")), g.broadcast(g.argument("bound")), g.broadcast(g.argument("factor"))
	one, magnitude, undefined := g.repeated(0x3ff0000000000000), g.repeated(1<<63-1), g.repeated(0x7ff8000000000001)
	all := g.GP32()
	g.MOVL(operand.U32(1<<g.elements()-1), all)
	body = func(part int, x, indices reg.Register) reg.Register {
		s, v, square := g.vector(), g.vector(), g.vector()
		g.VMULPD(x, slope, s)
		g.VADDPD(s, one, v)
		g.VMULPD(x, x, square)
		below, left := g.vector(), g.vector()
		g.VMULPD(square, square, below)
		g.VMULPD(bound, below, below)
		g.and(magnitude, s, s)
		g.VSUBPD(s, one, s)
		g.VSUBPD(operand.Mem{Base: uniforms, Disp: part * g.bytes}, one, left)
		g.VMULPD(s, left, left)
		decided := g.comparison(isBelow, left, below)
		g.ANDL(g.bits(decided), all)
		cube, scale := g.vector(), scaleOf(indices)
		g.VMULPD(v, v, cube)
		g.VMULPD(v, cube, cube)
		g.VMULPD(factor, cube, cube)
		g.VMULPD(scale, scale, scale)
		g.VMULPD(cube, scale, scale)
		return g.choose(decided, scale, undefined)
	}
	advance = func() { g.ADDQ(uniformStride, uniforms) }
	finish = func() {
		result := g.GP64()
		g.XORQ(result, result)
		g.CMPL(all, operand.U32(1<<g.elements()-1))
		g.SETEQ(result.As8())
		g.MOVQ(result, operand.Mem{Base: g.pointer("decided")})
	}
	return body, advance, finish
}

// outputs takes inner products.
func (g lanesOf) outputs() {
	g.function("outputsAbreast", "r, a, x *float64, bound float64, within *int64, n int",
		"is OutputsAbreast on n elements, n a multiple of Abreast.")
	a, x, n := g.pointer("a"), g.pointer("x"), g.pointer("n")
	sums := g.row()
	g.zero(sums...)
	g.LEAQ(operand.Mem{Base: a, Index: n, Scale: 8}, a)
	g.LEAQ(operand.Mem{Base: x, Index: n, Scale: 8}, x)
	g.NEGQ(n)
	g.JZ(operand.LabelRef("done"))
	g.Label("row")
	for k, s := range sums {
		state := g.vector()
		g.VMOVUPD(operand.Mem{Base: x, Index: n, Scale: 8, Disp: k * g.bytes}, state)
		g.add(s, operand.Mem{Base: a, Index: n, Scale: 8, Disp: k * g.bytes}, state)
	}
	g.ADDQ(operand.U8(runsAbreast), n)
	g.JNZ(operand.LabelRef("row"))
	g.Label("done")
	r, bound, magnitude := g.pointer("r"), g.broadcast(g.argument("bound")), g.repeated(1<<63-1)
	var within []reg.Register
	for k, s := range sums {
		g.VMOVUPD(s, operand.Mem{Base: r, Disp: k * g.bytes})
		g.and(magnitude, s, s)
		within = append(within, g.comparison(isAtMost, bound, s))
	}
	g.reportAll(within, g.pointer("within"))
	g.end()
}

// logistic takes the derivative of the logistic loss, with the exponential of package
// elementary.
func (g lanesOf) logistic() {
	g.function("logisticAbreast", "dst, r, labels, constants *float64, ordinary *int64",
		"is LogisticAbreast, but where the exponential is not ordinary leaves dst as it", "is.")
	constants, table := g.pointer("constants"), g.GP64()
	g.MOVQ(operand.Mem{Base: constants, Disp: expPowers}, table)
	sign, one := g.repeated(1<<63), g.repeated(0x3ff0000000000000)
	r, labels := g.loaded(operand.Mem{Base: g.pointer("r")}), g.loaded(operand.Mem{Base: g.pointer("labels")})
	results := g.row()
	var ordinary []reg.Register
	constant := func(field int) reg.Register { return g.broadcast(operand.Mem{Base: constants, Disp: field}) }
	for k := range results {
		minusLabel, s, x := labels[k], r[k], g.vector()
		g.exclusiveOr(sign, minusLabel, minusLabel)
		g.VMULPD(minusLabel, s, s)
		magnitude := g.vector()
		g.andNot(sign, s, magnitude)
		ordinary = append(ordinary, g.comparison(isBelow, constant(expOrdinary), magnitude))
		g.exclusiveOr(sign, magnitude, x)

		e := g.exponential(x, table, constant)
		zero := g.vector()
		g.zero(zero)
		numerator := g.choose(g.comparison(isAtLeast, zero, s), one, e)
		g.VADDPD(e, one, e)
		g.VDIVPD(e, numerator, numerator)
		g.VMULPD(minusLabel, numerator, results[k])
	}
	done := g.pointer("ordinary")
	g.reportAll(ordinary, done)
	g.CMPQ(operand.Mem{Base: done}, operand.U8(0))
	g.JE(operand.LabelRef("done"))
	dst := g.pointer("dst")
	for k, v := range results {
		g.VMOVUPD(v, operand.Mem{Base: dst, Disp: k * g.bytes})
	}
	g.Label("done")
	g.end()
}

// andNot computes to ← y without the bits of x.
func (g lanesOf) andNot(x, y, to operand.Op) {
	if g.masked {
		g.VPANDNQ(y, x, to)
	} else {
		g.VPANDN(y, x, to)
	}
}

// exponential is elementary.Exp of ordinary numbers.
func (g lanesOf) exponential(x reg.Register, table reg.Register, constant func(field int) reg.Register) reg.Register {
	shift := constant(expRoundingShift)
	shifted, multiple := g.vector(), g.vector()
	g.VMOVAPD(shift, shifted)
	g.add(shifted, constant(expStepsPerUnit), x)
	g.VSUBPD(shift, shifted, multiple)
	g.add(x, constant(expMinusStepHigh), multiple)
	g.add(x, constant(expMinusStepLow), multiple)
	index, scale := g.vector(), g.vector()
	g.and(g.repeated(expSteps-1), shifted, index)
	g.VPADDQ(index, index, index)
	tail := g.gather(operand.Mem{Base: table}, index)
	bits := g.gather(operand.Mem{Base: table, Disp: expScale}, index)
	g.VPSLLQ(operand.U8(45), shifted, scale)
	g.VPADDQ(bits, scale, scale)
	square, low, high := g.vector(), constant(exp0), constant(exp2)
	g.VMULPD(x, x, square)
	g.add(low, constant(exp1), x)
	g.VADDPD(x, tail, tail)
	g.add(tail, square, low)
	g.add(high, constant(exp3), x)
	g.VMULPD(square, square, square)
	g.add(tail, square, high)
	value := g.vector()
	g.VMOVAPD(scale, value)
	g.add(value, scale, tail)
	return value
}

// update makes the step.
func (g lanesOf) update() {
	g.function("updateAbreast", "x, a, squares *float64, targets *int64, shrink, rate, gradient *float64, count, n int",
		"is UpdateAbreast with count targets on n elements, n a multiple of", "Abreast.")
	x, a, n := g.pointer("x"), g.pointer("a"), g.pointer("n")
	shrink, h := g.loaded(operand.Mem{Base: g.pointer("shrink")}), g.loaded(operand.Mem{Base: g.pointer("rate")})
	gradient := g.pointer("gradient")
	for k := range h {
		g.VMULPD(operand.Mem{Base: gradient, Disp: k * g.bytes}, h[k], h[k])
	}
	end, index := g.GP64(), g.GP64()
	g.LEAQ(operand.Mem{Base: x, Index: n, Scale: 8}, end)
	g.LEAQ(operand.Mem{Base: a, Index: n, Scale: 8}, a)
	g.MOVQ(n, index)
	g.NEGQ(index)
	g.JZ(operand.LabelRef("lengths"))
	g.Label("row")
	for k := range h {
		state, at := g.vector(), operand.Mem{Base: end, Index: index, Scale: 8, Disp: k * g.bytes}
		g.VMULPD(at, shrink[k], state)
		g.subtract(state, operand.Mem{Base: a, Index: index, Scale: 8, Disp: k * g.bytes}, h[k])
		g.VMOVUPD(state, at)
	}
	g.ADDQ(operand.U8(runsAbreast), index)
	g.JNZ(operand.LabelRef("row"))
	g.Label("lengths")
	squares, targets, count := g.pointer("squares"), g.pointer("targets"), g.pointer("count")
	for k := range h {
		g.VMULPD(h[k], h[k], h[k])
	}
	g.CMPQ(count, operand.U8(0))
	g.JE(operand.LabelRef("done"))
	g.Label("length")
	target := g.GP64()
	g.MOVQ(operand.Mem{Base: targets}, target)
	g.SHLQ(operand.U8(6), target)
	for k := range h {
		state, sum, at := g.vector(), g.vector(), operand.Mem{Base: x, Index: target, Scale: 1, Disp: k * g.bytes}
		g.VMOVUPD(at, state)
		g.VMULPD(operand.Mem{Base: squares, Disp: k * g.bytes}, h[k], sum)
		g.add(sum, state, state)
		g.VSQRTPD(sum, sum)
		g.VMOVUPD(sum, at)
	}
	g.ADDQ(operand.U8(8), targets)
	g.ADDQ(operand.U8(rowBytes), squares)
	g.DECQ(count)
	g.JNZ(operand.LabelRef("length"))
	g.Label("done")
	g.end()
}
