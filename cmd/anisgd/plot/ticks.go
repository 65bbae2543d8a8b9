package plot

import (
	"math"
	"strconv"
	"strings"

	gonum "gonum.org/v1/plot"
)

// linearTicks marks multiples of 1, 2 or 5 times a power of ten.
type linearTicks struct{}

// Ticks implements plot.Ticker.
func (linearTicks) Ticks(low, high float64) []gonum.Tick {
	const intervals = 5
	step, minor := niceStep((high - low) / intervals)
	exponent := int(math.Floor(math.Log10(step) + 1e-9)) // of the last digit of a label
	largest := math.Max(math.Abs(low), math.Abs(high))
	small := exponent < -6 && largest < 1e-3
	var ticks []gonum.Tick
	// Counted in minor steps, so that no rounding adds up.
	first, last := math.Ceil(low/(step/minor)-1e-9), math.Floor(high/(step/minor)+1e-9)
	for n := first; n <= last; n++ {
		tick := gonum.Tick{Value: n*step/minor + 0} // + 0 makes 0 of −0
		if math.Mod(n, minor) == 0 {
			tick.Label = typographic(strconv.FormatFloat(tick.Value, 'f', max(0, -exponent), 64))
			if small || math.Abs(tick.Value) >= 1e6 {
				tick.Label = scientific(tick.Value, exponent)
			}
		}
		ticks = append(ticks, tick)
	}
	return ticks
}

// niceStep is the step of a linear axis near the given one, and into how many
// parts minor ticks cut it.
func niceStep(about float64) (step, minor float64) {
	unit := math.Pow(10, math.Floor(math.Log10(about)))
	switch ratio := about / unit; {
	case ratio < 1.5:
		return unit, 5
	case ratio < 3.5:
		return 2 * unit, 4
	case ratio < 7.5:
		return 5 * unit, 5
	}
	return 10 * unit, 5
}

// logTicks marks powers of ten, and 2 and 5 times them where there are few, on an
// axis of decimal logarithms; round values within a part of a decade.
type logTicks struct{}

// Ticks implements plot.Ticker.
func (logTicks) Ticks(low, high float64) []gonum.Tick {
	const slack = 1e-9
	first, last := int(math.Floor(low+slack)), int(math.Ceil(high-slack))
	whole := int(math.Floor(high+slack)) - int(math.Ceil(low-slack)) + 1
	const mostLabels = 6
	every := max(1, int(math.Ceil(float64(whole)/mostLabels)))
	var ticks []gonum.Tick
	for decade := first; decade <= last; decade++ {
		for digit := 1; digit <= 9; digit++ {
			tick := gonum.Tick{Value: float64(decade) + math.Log10(float64(digit))}
			if tick.Value < low-slack || tick.Value > high+slack {
				continue
			}
			switch {
			case whole < 3 && (digit == 1 || digit == 2 || digit == 5):
				tick.Label = short(digit, decade)
			case whole >= 3 && digit == 1 && decade%every == 0:
				tick.Label = "10" + superscript(decade)
			case digit != 1 && every > 1: // too dense
				continue
			}
			ticks = append(ticks, tick)
		}
	}
	labels := 0
	for _, t := range ticks {
		if t.Label != "" {
			labels++
		}
	}
	if labels < 2 {
		return narrowTicks(low, high)
	}
	return ticks
}

// narrowTicks marks a part of a decade in which powers of ten, and 2 and 5 times them, are
// too few: evenly in the values themselves.
func narrowTicks(low, high float64) []gonum.Tick {
	ticks := linearTicks{}.Ticks(math.Pow(10, low), math.Pow(10, high))
	for i := range ticks {
		ticks[i].Value = math.Log10(ticks[i].Value)
	}
	return ticks
}

// parse is digit·10^decade, rounded once.
func parse(digit, decade int) float64 {
	v, _ := strconv.ParseFloat(strconv.Itoa(digit)+"e"+strconv.Itoa(decade), 64)
	return v
}

// short writes digit·10^decade in decimals where that is readable.
func short(digit, decade int) string {
	if decade >= -3 && decade <= 4 {
		return strconv.FormatFloat(parse(digit, decade), 'f', -1, 64)
	}
	if digit == 1 {
		return "10" + superscript(decade)
	}
	return strconv.Itoa(digit) + "·10" + superscript(decade)
}

// scientific writes a value as mantissa and power of ten, with digits down to those
// of 10^last.
func scientific(v float64, last int) string {
	if v == 0 {
		return "0"
	}
	digits := int(math.Floor(math.Log10(math.Abs(v))+1e-9)) - last
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', max(0, digits), 64), "e")
	n, _ := strconv.Atoi(exponent)
	return typographic(mantissa) + "·10" + superscript(n)
}

// typographic replaces a hyphen by a minus sign.
func typographic(s string) string { return strings.Replace(s, "-", "−", 1) }

// superscript writes a number in Unicode superscripts.
func superscript(n int) string {
	return strings.Map(func(r rune) rune {
		if r == '-' {
			return '⁻'
		}
		return []rune(superscripts)[r-'0']
	}, strconv.Itoa(n))
}
