package plot

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"image/png"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"anisgd/engine/statistic"
)

// decaying is a result whose risk falls as 1/(1+t)^power from 1, at the given
// times, in three runs that are a tenth below, on and above the limit.
func decaying(name string, power float64, times ...float64) Result {
	columns := []string{"risk", "overlap_0", "overlap_1", "clean_overlap_0", "clean_overlap_1"}
	row := func(t, factor float64) []float64 {
		overlap := factor * t / (1 + t)
		if t == 0 {
			overlap = math.NaN()
		}
		return []float64{factor * math.Pow(1+t, -power), overlap, -overlap, overlap / 2, -overlap / 2}
	}
	r := Result{
		Name: name, Dim: 100,
		Limit: &statistic.Series{Columns: columns, Times: times},
		SGD:   &statistic.Ensemble{Columns: columns, Times: times},
	}
	for _, t := range times {
		r.Limit.Rows = append(r.Limit.Rows, row(t, 1))
	}
	for _, factor := range []float64{0.9, 1, 1.1} {
		var run [][]float64
		for _, t := range times {
			run = append(run, row(t, factor))
		}
		r.SGD.Runs = append(r.SGD.Runs, run)
	}
	return r
}

// logTimes are 0 and n times per decade from low on.
func logTimes(low float64, decades, n int) []float64 {
	times := []float64{0}
	for k := range decades*n + 1 {
		times = append(times, low*math.Pow(10, float64(k)/float64(n)))
	}
	return times
}

func evenTimes(end float64, n int) []float64 {
	var times []float64
	for k := range n + 1 {
		times = append(times, end*float64(k)/float64(n))
	}
	return times
}

func TestAxesAreLogarithmicWhereItHelps(t *testing.T) {
	for _, c := range []struct {
		name       string
		result     Result
		logT, logY bool
	}{
		{"many decades of both", decaying("", 1, logTimes(0.01, 4, 10)...), true, true},
		{"slow decay", decaying("", 0.1, logTimes(0.01, 4, 10)...), true, false},
		{"one decade of time", decaying("", 3, logTimes(1, 1, 10)...), false, true},
		{"equidistant times", decaying("", 3, evenTimes(100, 200)...), false, true},
		{"two times", decaying("", 1, 0, 1), false, false},
		{"one time", decaying("", 1, 0), false, false},
		{"no time", decaying("", 1), false, false},
	} {
		chart := RiskChart("", []Result{c.result})
		s := scalesOf(chart)
		if s.logT != c.logT || s.logY != c.logY {
			t.Errorf("%s: logarithmic t %v, y %v; want %v, %v", c.name, s.logT, s.logY, c.logT, c.logY)
		}
		for _, axis := range []span{s.t, s.y} {
			if !(axis.low < axis.high) || !drawable(axis.low) || !drawable(axis.high) {
				t.Errorf("%s: range %v", c.name, axis)
			}
		}
		if s.logT && s.t.low <= 0 || s.logY && s.y.low <= 0 {
			t.Errorf("%s: a logarithmic axis from %v or %v", c.name, s.t.low, s.y.low)
		}
	}
}

// A cosine that is 1 throughout, up to rounding, is drawn below the upper end of its axis, not in
// the middle of one that goes on to 1.5.
func TestCosinesStayBelowOne(t *testing.T) {
	for _, sign := range []float64{1, -1} {
		chart := &Chart{Cosine: true, Curves: []Curve{{Limit: []Point{{1, sign}, {2, sign * (1 + 1e-15)}, {3, sign}}}}}
		y := scalesOf(chart).y
		if y.low > -1 && sign < 0 || y.high < 1 && sign > 0 {
			t.Errorf("%v is not on the axis %+v", sign, y)
		}
		if y.low < -1.05 || y.high > 1.05 || y.high-y.low < 0.4 {
			t.Errorf("axis %+v", y)
		}
	}
}

func TestScalesIgnoreWhatCannotBeShown(t *testing.T) {
	r := decaying("", 1, logTimes(0.01, 4, 10)...)
	r.Limit.Rows[3][0] = math.NaN()
	r.Limit.Rows[4][0] = 0
	r.Limit.Rows[5][0] = math.Inf(1)
	r.SGD.Runs[0][7][0] = -1
	s := scalesOf(RiskChart("", []Result{r}))
	if s.t != (span{0.01, 100}) || !(s.y.low > 0.005 && s.y.low < 0.009) || !(s.y.high > 1.09 && s.y.high < 1.6) {
		t.Errorf("%+v", s)
	}
	// A diverging curve does not squeeze the others,
	wild := decaying("wild", -8, logTimes(0.01, 4, 10)...)
	wild.Divergence = &statistic.Divergence{Time: 9}
	if with := scalesOf(RiskChart("", []Result{r, wild})); with.y.high > 12*1.6 {
		t.Errorf("beside a diverging curve the axis goes up to %v", with.y.high)
	}
	// but is shown in full alone.
	if alone := scalesOf(RiskChart("", []Result{wild})); alone.y.high < 1e15 {
		t.Errorf("alone the diverging curve is shown up to %v only", alone.y.high)
	}
}

func TestOverlapChartShowsEachDirectionOnce(t *testing.T) {
	r := decaying("", 1, evenTimes(10, 20)...)
	names := func(chart *Chart) (names []string) {
		for _, curve := range chart.Curves {
			names = append(names, curve.Name)
		}
		return names
	}
	if got := names(OverlapChart("", &r)); !slices.Equal(got, []string{"μ₀", "μ₀ in clean"}) {
		t.Errorf("opposite means: %v", got)
	}
	for _, row := range r.Limit.Rows {
		row[2] *= 0.5
	}
	if got := names(OverlapChart("", &r)); !slices.Equal(got, []string{"μ₀", "μ₁", "μ₀ in clean", "μ₁ in clean"}) {
		t.Errorf("different means: %v", got)
	}
	// The undefined overlap of x(0) = 0 is left out, nothing else.
	if n := len(OverlapChart("", &r).Curves[0].Limit); n != 20 {
		t.Errorf("%d points of 21, the first undefined", n)
	}
	for _, row := range r.Limit.Rows {
		row[1], row[3] = math.NaN(), math.NaN() // a mean of zero
	}
	r.SGD = nil
	if got := names(OverlapChart("", &r)); slices.Contains(got, "μ₀") || !slices.Contains(got, "μ₁") {
		t.Errorf("a class without a mean: %v", got)
	}
}

var paths = regexp.MustCompile(`<path d="([^"]*)" style="([^"]*)"`)

// drawn counts the paths of an SVG whose style has all the given parts and which
// have at least the given number of points.
func drawn(svg string, points int, parts ...string) int {
	n := 0
	for _, match := range paths.FindAllStringSubmatch(svg, -1) {
		all := strings.Count(match[1], ",") >= points
		for _, part := range parts {
			all = all && strings.Contains(match[2], part)
		}
		if all {
			n++
		}
	}
	return n
}

func svgOf(t *testing.T, f *Figure) string {
	t.Helper()
	var buffer bytes.Buffer
	if err := f.WriteSVG(&buffer); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(buffer.String(), "NaN") || strings.Contains(buffer.String(), "Inf") {
		t.Error("the drawing has undefined coordinates")
	}
	return buffer.String()
}

func TestFigureDrawsEveryCurve(t *testing.T) {
	times := logTimes(0.01, 4, 10)
	slow, fast := decaying("slow", 0.8, times...), decaying("fast", 2, times...)
	charts := []*Chart{
		RiskChart("left", []Result{slow, fast}),
		RiskChart("middle", []Result{slow, fast}),
		RiskChart("right", []Result{slow, fast}),
	}
	svg := svgOf(t, &Figure{Charts: charts, Runs: "mean of 3 runs"})
	for n, colour := range []string{"#0072B2", "#D55E00"} {
		if got := drawn(svg, 40, "stroke:"+colour, "stroke-width:1.3"); got != 3 {
			t.Errorf("curve %d: %d lines of the limit in three charts", n, got)
		}
		// Three times about 14 markers, and one in the legend.
		if got := drawn(svg, 1, "stroke:"+colour, "stroke-width:0.9"); got < 3*10 || got > 3*15+1 {
			t.Errorf("curve %d: %d markers", n, got)
		}
	}
	if got := drawn(svg, 80, "fill-opacity"); got != 6 {
		t.Errorf("%d bands, want 6", got)
	}
	for text, times := range map[string]int{
		">slow<": 1, ">fast<": 1, ">left<": 1, ">right<": 1, ">t = steps / d<": 3, ">risk R(t)<": 3, ">SGD, mean of 3 runs<": 1,
	} {
		if got := strings.Count(svg, text); got != times {
			t.Errorf("%s occurs %d times, want %d", text, got, times)
		}
	}
	// Charts with different curves have legends of their own.
	charts[1].Curves = charts[1].Curves[:1]
	if svg := svgOf(t, &Figure{Charts: charts}); strings.Count(svg, ">slow<") != 3 || strings.Count(svg, ">fast<") != 2 {
		t.Error("the charts lack their own legends")
	}
}

func TestFiguresOfLittle(t *testing.T) {
	full := decaying("", 1, logTimes(0.01, 4, 10)...)
	onlyLimit, onlySGD := full, full
	onlyLimit.SGD, onlySGD.Limit = nil, nil
	for name, r := range map[string]Result{
		"limit": onlyLimit, "SGD": onlySGD, "one time": decaying("", 1, 1), "t = 0": decaying("", 1, 0), "nothing": decaying("", 1),
	} {
		f := &Figure{Charts: []*Chart{RiskChart(name, []Result{r}), OverlapChart(name, &r)}}
		svg := svgOf(t, f)
		if has := strings.Contains(svg, ">limit (ODE)<"); has != (name != "SGD" && name != "nothing") {
			t.Errorf("%s: the legend has the limit: %v", name, has)
		}
		if has := strings.Contains(svg, "10–90 %"); has != (name != "limit" && name != "nothing") {
			t.Errorf("%s: the legend has the band: %v", name, has)
		}
	}
}

func TestPNGIsFitForPrintAndDeterministic(t *testing.T) {
	f := &Figure{Charts: []*Chart{RiskChart("", []Result{decaying("", 1, logTimes(0.01, 4, 10)...)})}}
	var first, second bytes.Buffer
	if err := f.WritePNG(&first); err != nil {
		t.Fatal(err)
	}
	if err := f.WritePNG(&second); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two drawings differ")
	}
	image, err := png.Decode(&first)
	if err != nil {
		t.Fatal(err)
	}
	if width := image.Bounds().Dx(); width < 1300 {
		t.Errorf("%d pixels wide", width)
	}
	blue := 0
	for x := range image.Bounds().Dx() {
		for y := range image.Bounds().Dy() {
			if r, g, b, _ := image.At(x, y).RGBA(); r>>8 == 0 && g>>8 == 0x72 && b>>8 == 0xb2 {
				blue++
			}
		}
	}
	if blue < 3000 { // a line of 5 pixels across 1300
		t.Errorf("%d pixels of the curve", blue)
	}
}

func TestTicksAreReadable(t *testing.T) {
	labels := func(ticks []gonum.Tick) (labels []string) {
		for _, tick := range ticks {
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		return labels
	}
	for _, c := range []struct {
		ticker    gonum.Ticker
		low, high float64
		want      string
	}{
		{linearTicks{}, 0, 50, "0 10 20 30 40 50"},
		{linearTicks{}, -1, 1, "−1.0 −0.5 0.0 0.5 1.0"},
		{linearTicks{}, 0.2193, 0.2197, "0.2193 0.2194 0.2195 0.2196 0.2197"},
		{linearTicks{}, 0, 4e7, "0 1·10⁷ 2·10⁷ 3·10⁷ 4·10⁷"},
		{linearTicks{}, 0.2193, 0.2193004, "0.2193000 0.2193001 0.2193002 0.2193003 0.2193004"},
		{linearTicks{}, 1.2345678e9, 1.2345682e9, "1.2345678·10⁹ 1.2345679·10⁹ 1.2345680·10⁹ 1.2345681·10⁹ 1.2345682·10⁹"},
		{linearTicks{}, 0, 4e-9, "0 1·10⁻⁹ 2·10⁻⁹ 3·10⁻⁹ 4·10⁻⁹"},
		{logTicks{}, -2, math.Log10(50), "10⁻² 10⁻¹ 10⁰ 10¹"},
		{logTicks{}, math.Log10(0.03), math.Log10(0.7), "0.05 0.1 0.2 0.5"},
		{logTicks{}, math.Log10(3e-9), math.Log10(6e-8), "5·10⁻⁹ 10⁻⁸ 2·10⁻⁸ 5·10⁻⁸"},
		{logTicks{}, -12, 3, "10⁻¹² 10⁻⁹ 10⁻⁶ 10⁻³ 10⁰ 10³"},
	} {
		ticks := c.ticker.Ticks(c.low, c.high)
		if got := strings.Join(labels(ticks), " "); got != c.want {
			t.Errorf("%T from %v to %v: %s, want %s", c.ticker, c.low, c.high, got, c.want)
		}
		for _, tick := range ticks {
			if plain, err := strconv.ParseFloat(strings.Replace(tick.Label, "−", "-", 1), 64); err == nil {
				if _, log := c.ticker.(logTicks); log {
					plain = math.Log10(plain)
				}
				if math.Abs(plain-tick.Value) > 1e-9*(c.high-c.low) {
					t.Errorf("the tick at %v is labelled %s", tick.Value, tick.Label)
				}
			}
		}
	}
}

// TestAnyRangeHasTicks draws values of which a floating-point number can hold no
// axis, or hardly one.
func TestAnyRangeHasTicks(t *testing.T) {
	const ulp = 0x1p-52
	for _, values := range [][2]float64{
		{1, 1 + ulp}, {1 - ulp/2, 1}, {0, 5e-324}, {5e-324, 1e-320}, {1e-310, 1}, {0, 1e300}, {-1e300, 1e300}, {1e-200, 1e200},
		{1e299, 1e300}, {-1e308, 1e308}, {1e308, math.MaxFloat64}, {-ulp, ulp}, {1e15, 1e15 + 1}, {-3, -3}, {0, 0},
	} {
		for _, logarithmic := range []bool{false, true} {
			series := &statistic.Series{Columns: []string{"risk"}, Times: []float64{0, 0.5, 1}, Rows: [][]float64{{values[0]}, {values[1]}, {values[0]}}}
			chart := RiskChart("", []Result{{Limit: series}})
			chart.LogY = logarithmic
			s := scalesOf(chart)
			p := axes(chart, s)
			ticks := len(p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max))
			if !(p.Y.Max > p.Y.Min) || math.IsInf(p.Y.Max-p.Y.Min, 0) || ticks < 2 || ticks > 2000 {
				t.Errorf("values %v: an axis from %v to %v with %d ticks", values, p.Y.Min, p.Y.Max, ticks)
			}
		}
	}
}

func TestLabel(t *testing.T) {
	for name, want := range map[string]string{
		"gamma-0.3": "γ = 0.3", "slow": "slow", "d-4000": "d = 4000", "low-2": "low-2", "gamma-": "gamma-", "beta--1": "β = −1",
		"d-1e6": "d = 10⁶", "rate 2.5e-07": "rate 2.5·10⁻⁷", "node1e5x": "node1e5x", "gamma-1e300": "γ = 10³⁰⁰",
	} {
		if got := Label(name); got != want {
			t.Errorf("%s is shown as %s, want %s", name, got, want)
		}
	}
}

func TestTypesetterMovesBaselines(t *testing.T) {
	all := func(rune) bool { return true }
	want := []run{{"10", 0, false}, {"−3", 1, false}, {" μ", 0, false}, {"12", -1, false}}
	if got := split("10⁻³ μ₁₂", all); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := split("d⁻¹˙⁵", all), []run{{"d", 0, false}, {"−1.5", 1, false}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	plain, raised := textStyle(10).Width("103"), textStyle(10).Width("10³")
	if !(raised < plain && raised > 0.8*plain) {
		t.Errorf("widths %v and %v", plain, raised)
	}
}

// TestNamesOfAllKinds: what a font lacks or a line of text cannot have is no reason for a
// broken figure.
func TestNamesOfAllKinds(t *testing.T) {
	latin := func(r rune) bool { return r < 0x250 }
	for name, want := range map[string][]run{
		"a\tb\nc":    {{"a b c", 0, false}},
		"a\x00\x1bb": {{"ab", 0, false}},
		"d 漢字":       {{"d ", 0, false}, {"漢字", 0, true}},
		"\xff":       {{"\uFFFD", 0, true}},
		"":           nil,
	} {
		if got := split(name, latin); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
	long := strings.Repeat("long name ", 30)
	for _, name := range []string{"a\nb", "漢字", "\x1b[31mred", "<b>&amp;\"'", "\xff\xfe", long, " "} {
		figure := &Figure{Charts: []*Chart{RiskChart(name, []Result{decaying(name, 1, evenTimes(10, 5)...), decaying("b", 2, evenTimes(10, 5)...)})}}
		var svg bytes.Buffer
		if err := figure.WriteSVG(&svg); err != nil {
			t.Fatal(err)
		}
		decoder := xml.NewDecoder(&svg)
		for {
			token, err := decoder.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			if text, ok := token.(xml.CharData); ok && len(text) > 150 {
				t.Errorf("%q is not cut: %q", name, text)
			}
		}
	}
}

func TestFitted(t *testing.T) {
	style := textStyle(10)
	for _, c := range []struct {
		width float64
		size  float64
		cut   bool
	}{{1.1, 10, false}, {0.9, 9, false}, {0.5, 7, true}} {
		const name = "Logistic regression in four spectra"
		room := style.Width(name) * vg.Length(c.width)
		got, text := fitted(style, name, room)
		if math.Abs(float64(got.Font.Size)-c.size) > 1e-9 || (text != name) != c.cut || got.Width(text) > room*1.001 || got.Width(text) < room*0.8 {
			t.Errorf("%v of the width: %v at size %v, %v of %v", c.width, text, got.Font.Size, got.Width(text), room)
		}
	}
}

// TestLegendRowsAreEven: of four names where three fit a row, two come to each of two rows.
func TestLegendRowsAreEven(t *testing.T) {
	entries := []entry{{name: "γ = 0.1"}, {name: "γ = 0.2"}, {name: "γ = 0.3"}, {name: "γ = 0.4"}}
	three := 3*entryWidth(entries[0]) + 2*entryGap + 1
	if rows := legendRows(entries, three); len(rows) != 2 || len(rows[0]) != 2 {
		t.Errorf("%v", rows)
	}
	if rows := legendRows(entries, 2*three); len(rows) != 1 {
		t.Errorf("%v", rows)
	}
	if rows := legendRows(entries, 1); len(rows) != len(entries) {
		t.Errorf("%v", rows)
	}
}

// TestStylesDiffer: no two of the first curves look alike in print without colours.
func TestStylesDiffer(t *testing.T) {
	type look struct {
		dashes string
		marker string
		filled bool
	}
	seen := map[look]int{}
	for n := range 56 {
		s := StyleOf(n)
		l := look{fmt.Sprint(s.line().Dashes), fmt.Sprint(markers[s.pattern%len(markers)]), s.filling() != color.Color(color.White)}
		if other, found := seen[l]; found {
			t.Errorf("curves %d and %d are drawn alike", other, n)
		}
		seen[l] = n
	}
}

// Class risks are drawn from three classes on, of many classes some.
func TestClassRiskChart(t *testing.T) {
	result := func(classes int) *Result {
		s := &statistic.Series{Times: []float64{0, 1}}
		rows := [][]float64{{}, {}}
		for i := range classes {
			s.Columns = append(s.Columns, fmt.Sprintf("risk_class_%d", i))
			rows[0], rows[1] = append(rows[0], 1), append(rows[1], 1/float64(i+2))
		}
		s.Columns = append(s.Columns, "overlap_0_0", fmt.Sprintf("overlap_%d_%d", classes-1, classes-1))
		s.Rows = [][]float64{append(rows[0], math.NaN(), math.NaN()), append(rows[1], 0.5, 0.25)}
		return &Result{Limit: s}
	}
	if chart := ClassRiskChart("two", result(2)); chart != nil {
		t.Error("two classes have a chart of class risks")
	}
	for classes, want := range map[int]int{3: 3, 6: 6, 40: 6} {
		chart := ClassRiskChart("many", result(classes))
		if len(chart.Curves) != want {
			t.Fatalf("%d classes: %d curves, want %d", classes, len(chart.Curves), want)
		}
		last := chart.Curves[want-1]
		if last.Name != fmt.Sprintf("class %d", classes-1) || last.Limit[1].Value != 1/float64(classes+1) {
			t.Errorf("%d classes: the last curve is %q with %v", classes, last.Name, last.Limit)
		}
		overlap := OverlapChart("many", result(classes))
		if len(overlap.Curves) != 2 || overlap.Curves[1].Limit[0].Value != 0.25 {
			t.Errorf("%d classes: %d overlaps, want those of the first and the last", classes, len(overlap.Curves))
		}
	}
}
