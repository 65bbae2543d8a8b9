package plot

import (
	"bytes"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"

	"anisgd/engine/experiment"
	"anisgd/engine/regime"
	"anisgd/engine/study"
)

// diagramOf is a diagram of 3 × 3 points with a risk in every cell but the last,
// which diverged.
func diagramOf(x, y experiment.Axis) *study.Diagram {
	d := &study.Diagram{Phase: &experiment.Phase{X: x, Y: y, Statistic: "risk"}}
	nan := math.NaN()
	for i := range 3 {
		for j := range 3 {
			cell := study.Cell{
				X: x.Points[i].Coordinate, Y: y.Points[j].Coordinate, Known: true,
				Value: math.Pow(10, -float64(j)), Diverged: nan, Slope: nan, Predicted: regime.Positive,
			}
			if i == 2 && j == 2 {
				cell.Value, cell.Diverged = nan, 7
			}
			d.Cells = append(d.Cells, cell)
		}
	}
	d.Boundaries = []study.Boundary{
		{X: x.Points[0].Coordinate, Kind: study.Transition, Structure: 1.5, Risk: 1.4, Low: 1.2, High: 9, Predicted: 1.5},
		{X: x.Points[1].Coordinate, Kind: study.Transition, Structure: nan, Risk: nan, Low: nan, High: nan, Predicted: nan},
	}
	return d
}

func axisOf(path string, log bool, coordinates ...float64) experiment.Axis {
	a := experiment.Axis{Paths: []string{path}, Log: log, Numeric: true, Continuous: true}
	for _, c := range coordinates {
		a.Points = append(a.Points, experiment.AxisPoint{Coordinate: c, Label: "p"})
	}
	return a
}

func TestHeatMapHasColoursAndBoundary(t *testing.T) {
	d := diagramOf(axisOf("learning-rate", true, 0.1, 1, 10), axisOf("model.classes.0.mean.power-law.exponent", false, 1, 2, 3))
	h := NewHeatMap("a title", d)
	var drawing, image bytes.Buffer
	if err := h.WriteSVG(&drawing); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a title", "learning rate γ", "exponent β of the means", "risk R", "from R(t) alone", "predicted", "diverges"} {
		if !strings.Contains(drawing.String(), want) {
			t.Errorf("the drawing lacks %q", want)
		}
	}
	if strings.Contains(drawing.String(), "stability") || strings.Contains(drawing.String(), "NaN") {
		t.Error("the drawing has what is not there")
	}
	if err := h.WritePNG(&image); err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(&image)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[color.Color]bool{}
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			seen[picture.At(x, y)] = true
		}
	}
	for _, value := range []float64{0, -1, -2} {
		want, err := h.colours.At(value)
		if err != nil {
			t.Fatal(err)
		}
		r, g, b, _ := want.RGBA()
		if !seen[color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 0xff}] {
			t.Errorf("the colour of 10^%v is not in the picture", value)
		}
	}
	if !seen[color.RGBA(divergedColour)] {
		t.Error("the point that diverged is not in the picture")
	}
}

// TestHeatMapOfAnything: one point, words, equal, undefined and negative values.
func TestHeatMapOfAnything(t *testing.T) {
	words := experiment.Axis{Paths: []string{"limit.method"}}
	for _, word := range []string{"dopri5", "tsit5", "rk4"} {
		words.Points = append(words.Points, experiment.AxisPoint{Label: word})
	}
	one := axisOf("dim", false, 5)
	single := &study.Diagram{Phase: &experiment.Phase{X: one, Y: one, Statistic: "norm2"}, Cells: []study.Cell{{X: 5, Y: 5, Value: -3, Diverged: math.NaN()}}}
	empty := &study.Diagram{Phase: &experiment.Phase{X: one, Y: one, Statistic: "error"}, Cells: []study.Cell{{X: 5, Y: 5, Value: math.NaN(), Diverged: math.NaN()}}}
	for name, d := range map[string]*study.Diagram{"words": diagramOf(words, axisOf("seed", false, 1, 2, 3)), "single": single, "empty": empty} {
		var drawing bytes.Buffer
		if err := NewHeatMap(name, d).WriteSVG(&drawing); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(drawing.String(), "NaN") || strings.Contains(drawing.String(), "Inf") {
			t.Errorf("%s: undefined places in the drawing", name)
		}
		if name == "words" && !strings.Contains(drawing.String(), "tsit5") {
			t.Error("a word is no tick")
		}
	}
}

func TestAxisLabels(t *testing.T) {
	for label, paths := range map[string][]string{
		"learning rate γ":                          {"learning-rate"},
		"exponent α of the eigenvalues of class 1": {"model.classes.1.covariance.power-law.exponent"},
		"exponent α of the eigenvalues":            {"model.classes.0.covariance.power-law.exponent", "model.classes.1.covariance.power-law.exponent"},
		"mean energy in block 0":                   {"model.blocks.0.mean-energy.0", "model.blocks.0.mean-energy.1"},
		"fraction of the modes in block 2":         {"model.blocks.2.fraction"},
		"limit.rtol":                               {"limit.rtol"},
		"limit.rtol, …":                            {"limit.rtol", "limit.atol"},
	} {
		if got := axisLabel(&experiment.Axis{Paths: paths}); got != label {
			t.Errorf("%v: %q, want %q", paths, got, label)
		}
	}
}
