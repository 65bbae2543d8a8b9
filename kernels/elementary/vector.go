package elementary

// ExpConstants is what vector code needs to give the bits of Exp for |x| < Ordinary,
// in the order of their use:
//
//	shifted  = fma(x, StepsPerUnit, RoundingShift), k its bits
//	multiple = shifted − RoundingShift
//	r        = fma(multiple, MinusStepLow, fma(multiple, MinusStepHigh, x)) + 0
//	row      = Powers[k mod 128]
//	fraction = fma(r², fma(r, P1, P0), row.Tail + r)
//	fraction = fma(r²·r², fma(r, P3, P2), fraction)
//	value    = the number of bits row.Scale + k·2⁴⁵
//	exp x    = fma(value, fraction, value)
type ExpConstants struct {
	StepsPerUnit, RoundingShift, MinusStepHigh, MinusStepLow float64
	P0, P1, P2, P3                                           float64
	Ordinary                                                 float64
	Powers                                                   *[expSteps]struct {
		Tail  float64
		Scale uint64
	}
}

// VectorExp holds the constants; it is read only.
var VectorExp = ExpConstants{
	StepsPerUnit: stepsPerUnit, RoundingShift: roundingShift, MinusStepHigh: -stepHigh, MinusStepLow: -stepLow,
	P0: exp0, P1: exp1, P2: exp2, P3: exp3, Ordinary: expOrdinary,
}

func init() {
	table := new([expSteps]struct {
		Tail  float64
		Scale uint64
	})
	for k, row := range powersOfTwo {
		table[k].Tail, table[k].Scale = row.tail, row.scale
	}
	VectorExp.Powers = table
}
