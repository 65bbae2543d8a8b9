package output

import (
	"encoding/csv"
	"io"
	"math"

	"gonum.org/v1/gonum/mat"

	"anisgd/engine/regime"
	"anisgd/engine/study"
)

// Names of the numeric results of a phase diagram, in the order of the checksum.
const (
	PhaseTableFile   = "phase.csv"
	PhaseArraysFile  = "phase.npz"
	BoundaryFile     = "boundary.csv"
	PhaseFigureName  = "phase"
	StudyTasksFolder = "tasks"
)

// PhaseSummary tells what a phase diagram found.
type PhaseSummary struct {
	Points   int `json:"points"`
	Diverged int `json:"diverged"` // of the points
	Solved   int `json:"solved"`   // solutions computed this time, of grid and boundary
	Missing  int `json:"missing"`  // points and lines of the boundary not computed yet
}

// SummarizePhase tells what a phase diagram found.
func SummarizePhase(d *study.Diagram) *PhaseSummary {
	s := &PhaseSummary{Points: len(d.Cells), Solved: d.Solved, Missing: d.Missing}
	for _, c := range d.Cells {
		if !math.IsNaN(c.Diverged) {
			s.Diverged++
		}
	}
	return s
}

// WritePhase writes phase.csv: a header row and one row per point of the grid, y
// moving fastest, with the columns x, y, the statistic at the last time, slope
// (d log R/d log t there), diverged (the time of a divergence) and predicted
// (positive, vanishing or unstable: what theory has about the long-time risk).
func WritePhase(w io.Writer, d *study.Diagram) error {
	table := csv.NewWriter(w)
	table.Write([]string{"x", "y", d.Phase.Statistic, "slope", "diverged", "predicted"})
	for _, c := range d.Cells {
		table.Write([]string{
			formatNumber(c.X), formatNumber(c.Y), formatNumber(c.Value), formatNumber(c.Slope),
			formatNumber(c.Diverged), c.Predicted.String(),
		})
	}
	table.Flush()
	return table.Error()
}

// WriteBoundary writes boundary.csv: for every x the places in y where the
// long-time risk changes. The kind is transition (between a positive limit and 0)
// or stability (between divergence and none).
func WriteBoundary(w io.Writer, d *study.Diagram) error {
	table := csv.NewWriter(w)
	table.Write([]string{"x", "y_structure", "y_risk", "y_risk_low", "y_risk_high", "y_predicted", "kind"})
	for _, b := range d.Boundaries {
		table.Write([]string{
			formatNumber(b.X), formatNumber(b.Structure), formatNumber(b.Risk), formatNumber(b.Low),
			formatNumber(b.High), formatNumber(b.Predicted), b.Kind,
		})
	}
	table.Flush()
	return table.Error()
}

// WritePhaseArrays writes phase.npz: x[X] and y[Y]; the statistic, slope and
// diverged of shape [X, Y]; predicted of the same shape, 0 for a positive limit, 1
// for a risk that tends to 0, −1 for divergence; and the columns of boundary.csv
// as boundary_x and so on, with boundary_stability 1 for stability and 0 for
// transition. What is undefined is NaN.
func WritePhaseArrays(w io.Writer, d *study.Diagram) error {
	xs, ys := len(d.Phase.X.Points), len(d.Phase.Y.Points)
	x, y := make([]float64, xs), make([]float64, ys)
	for i, p := range d.Phase.X.Points {
		x[i] = p.Coordinate
	}
	for j, p := range d.Phase.Y.Points {
		y[j] = p.Coordinate
	}
	grid := func(of func(c *study.Cell) float64) *mat.Dense {
		values := make([]float64, len(d.Cells))
		for i := range d.Cells {
			values[i] = of(&d.Cells[i])
		}
		return mat.NewDense(xs, ys, values)
	}
	arrays := map[string]any{
		"x": x, "y": y,
		"slope":     grid(func(c *study.Cell) float64 { return c.Slope }),
		"diverged":  grid(func(c *study.Cell) float64 { return c.Diverged }),
		"predicted": grid(func(c *study.Cell) float64 { return codeOf(c.Predicted) }),
	}
	arrays[d.Phase.Statistic] = grid(func(c *study.Cell) float64 { return c.Value })
	if len(d.Boundaries) > 0 {
		column := func(name string, of func(b *study.Boundary) float64) {
			values := make([]float64, len(d.Boundaries))
			for i := range d.Boundaries {
				values[i] = of(&d.Boundaries[i])
			}
			arrays["boundary_"+name] = values
		}
		column("x", func(b *study.Boundary) float64 { return b.X })
		column("y_structure", func(b *study.Boundary) float64 { return b.Structure })
		column("y_risk", func(b *study.Boundary) float64 { return b.Risk })
		column("y_risk_low", func(b *study.Boundary) float64 { return b.Low })
		column("y_risk_high", func(b *study.Boundary) float64 { return b.High })
		column("y_predicted", func(b *study.Boundary) float64 { return b.Predicted })
		column("stability", func(b *study.Boundary) float64 {
			if b.Kind == study.Stability {
				return 1
			}
			return 0
		})
	}
	return writeArchive(w, arrays)
}

// codeOf is a fate as a number.
func codeOf(fate regime.Fate) float64 {
	switch fate {
	case regime.Positive:
		return 0
	case regime.Vanishing:
		return 1
	case regime.Unstable:
		return -1
	}
	return float64(nan)
}

// WriteDiagram writes the numeric results of a phase diagram and returns their
// checksum.
func (d *Directory) WriteDiagram(diagram *study.Diagram) (*Checksum, error) {
	sum := NewChecksum()
	write := func(name string, content func(io.Writer, *study.Diagram) error) error {
		return d.Write(name, func(w io.Writer) error {
			return content(io.MultiWriter(w, sum.hash), diagram)
		})
	}
	if err := write(PhaseTableFile, WritePhase); err != nil {
		return nil, err
	}
	if err := write(PhaseArraysFile, WritePhaseArrays); err != nil {
		return nil, err
	}
	if len(diagram.Boundaries) > 0 {
		if err := write(BoundaryFile, WriteBoundary); err != nil {
			return nil, err
		}
	}
	return sum, nil
}
