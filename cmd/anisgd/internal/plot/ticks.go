package plot

import (
	"math"
	"regexp"
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
	decimals := first >= -4 && last <= 5 // one way of writing for all of an axis
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
				tick.Label = short(digit, decade, decimals)
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

// short writes digit·10^decade.
func short(digit, decade int, decimals bool) string {
	if decimals {
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

// Number writes a number with three digits, as text in print has it.
func Number(v float64) string { return powers(strconv.FormatFloat(v, 'g', 3, 64)) }

// exponential finds numbers such as 1e6 and -2.5e-07.
var exponential = regexp.MustCompile(`([-+]?\b[0-9]+(?:\.[0-9]+)?)[eE]([-+]?[0-9]{1,3})\b`)

// powers writes the numbers with an exponent in a text as products with powers of ten.
func powers(s string) string {
	return exponential.ReplaceAllStringFunc(s, func(number string) string {
		parts := exponential.FindStringSubmatch(number)
		n, _ := strconv.Atoi(parts[2])
		switch parts[1] {
		case "1":
			return "10" + superscript(n)
		case "-1":
			return "−10" + superscript(n)
		}
		return typographic(parts[1]) + "·10" + superscript(n)
	})
}

// superscript writes a number in Unicode superscripts.
func superscript(n int) string { return raised(strconv.Itoa(n)) }

// raised writes a decimal number in superscripts.
func raised(number string) string {
	return strings.NewReplacer("-", "⁻", ".", "˙", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴",
		"5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹").Replace(number)
}
