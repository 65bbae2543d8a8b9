package sweep

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"anisgd/engine/limit"
	"anisgd/engine/sgd"
	"anisgd/engine/statistic"
	"anisgd/engine/study"
	"anisgd/engine/study/store"
)

// Files of a stored task.
const (
	taskFile       = "task.json"       // what was computed, where, and how long it took
	experimentFile = "experiment.yaml" // the resolved experiment of the point
	limitFile      = "limit.csv"       // the statistics of the limit
	runsFile       = "runs.csv"        // the statistics of every run
)

// manifest is the content of task.json.
type manifest struct {
	Kind  Kind   `json:"kind"`
	Title string `json:"title"` // of the point that asked for it first
	Key   string `json:"key"`
	// FirstRun and Runs are the runs of SGD that the task has.
	FirstRun int `json:"first_run,omitempty"`
	Runs     int `json:"runs,omitempty"`

	Class     string    `json:"class"`             // of tasks of a kind, for predicting times
	Predicted float64   `json:"predicted_seconds"` // on one thread
	Seconds   float64   `json:"thread_seconds"`    // that it took, times the number of threads
	Threads   int       `json:"threads"`
	Program   string    `json:"program"` // its version
	Machine   string    `json:"machine"`
	Finished  time.Time `json:"finished"`

	Times      int         `json:"times"` // output times until the end or a divergence
	Divergence *divergence `json:"divergence,omitempty"`
	Steps      int64       `json:"steps"`            // of SGD over all runs, or of the integrator
	Method     string      `json:"method,omitempty"` // of the integrator
	// Stopped tells why the integration ended early, if for another reason than
	// divergence.
	Stopped string `json:"stopped,omitempty"`
}

type divergence struct {
	Time study.Number `json:"time"`
	Risk study.Number `json:"risk"` // null if it was not finite
	Run  int          `json:"run"`  // −1 for the limit
}

func divergenceOf(d *statistic.Divergence) *divergence {
	if d == nil {
		return nil
	}
	return &divergence{study.Number(d.Time), study.Number(d.Risk), d.Run}
}

func (d *divergence) statistic() *statistic.Divergence {
	if d == nil {
		return nil
	}
	return &statistic.Divergence{Time: float64(d.Time), Risk: float64(d.Risk), Run: d.Run}
}

// limitFiles are the files of a limit.
func limitFiles(m *manifest, result *limit.Result) (map[string][]byte, error) {
	series := &result.Series
	m.Times, m.Divergence = len(series.Times), divergenceOf(result.Divergence)
	m.Steps, m.Method = int64(result.Steps), result.Method
	if result.Stop != nil {
		m.Stopped = result.Stop.String()
	}
	var table bytes.Buffer
	w := csv.NewWriter(&table)
	w.Write(append([]string{"t"}, series.Columns...))
	for k, t := range series.Times {
		w.Write(formatRow([]string{formatNumber(t)}, series.Rows[k]))
	}
	return files(m, limitFile, w, &table)
}

// runsFiles are the files of runs.
func runsFiles(m *manifest, result *sgd.Result) (map[string][]byte, error) {
	e := &result.Ensemble
	m.Times, m.Divergence, m.Steps = len(e.Times), divergenceOf(result.Divergence), result.Steps
	var table bytes.Buffer
	w := csv.NewWriter(&table)
	w.Write(append([]string{"run", "t"}, e.Columns...))
	for r, rows := range e.Runs {
		for k, t := range e.Times {
			w.Write(formatRow([]string{strconv.Itoa(m.FirstRun + r), formatNumber(t)}, rows[k]))
		}
	}
	return files(m, runsFile, w, &table)
}

func files(m *manifest, name string, w *csv.Writer, table *bytes.Buffer) (map[string][]byte, error) {
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, err
	}
	description, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	return map[string][]byte{taskFile: append(description, '\n'), name: table.Bytes()}, nil
}

func formatRow(row []string, values []float64) []string {
	for _, v := range values {
		row = append(row, formatNumber(v))
	}
	return row
}

// formatNumber is the shortest decimal form that reads back to the same float64;
// undefined values are empty.
func formatNumber(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func parseNumber(text string) (float64, error) {
	if text == "" {
		return math.NaN(), nil
	}
	return strconv.ParseFloat(text, 64)
}

func readManifest(files map[string][]byte) (*manifest, error) {
	m := &manifest{}
	if err := json.Unmarshal(files[taskFile], m); err != nil {
		return nil, fmt.Errorf("%s: %w", taskFile, err)
	}
	return m, nil
}

// readTable reads rows of numbers below a header.
func readTable(content []byte) (header []string, rows [][]float64, err error) {
	r := csv.NewReader(bytes.NewReader(content))
	r.ReuseRecord = true
	record, err := r.Read()
	if err != nil {
		return nil, nil, err
	}
	header = append(header, record...)
	for {
		record, err := r.Read()
		if err == io.EOF {
			return header, rows, nil
		}
		if err != nil {
			return nil, nil, err
		}
		row := make([]float64, len(record))
		for c, text := range record {
			if row[c], err = parseNumber(text); err != nil {
				return nil, nil, err
			}
		}
		rows = append(rows, row)
	}
}

// readLimit reads a limit back, and why it ended early if it did for another reason
// than divergence.
func readLimit(files map[string][]byte) (result *limit.Result, stopped string, err error) {
	m, err := readManifest(files)
	if err != nil {
		return nil, "", err
	}
	header, rows, err := readTable(files[limitFile])
	if err != nil || len(header) < 1 || len(rows) != m.Times {
		return nil, "", fmt.Errorf("%s is not the table that was written: %v", limitFile, err)
	}
	result = &limit.Result{Divergence: m.Divergence.statistic(), Steps: int(m.Steps), Method: m.Method}
	result.Series.Columns = header[1:]
	for _, row := range rows {
		result.Series.Times = append(result.Series.Times, row[0])
		result.Series.Rows = append(result.Series.Rows, row[1:])
	}
	return result, m.Stopped, nil
}

// readRuns reads runs back, as many as there must be.
func readRuns(files map[string][]byte, count int) (*sgd.Result, error) {
	m, err := readManifest(files)
	if err != nil {
		return nil, err
	}
	header, rows, err := readTable(files[runsFile])
	// Division, because products of what a damaged file says may overflow. Runs that diverged
	// before the first time have no rows.
	fits := m.Runs == count && m.Times >= 0 && len(rows)%count == 0 && len(rows)/count == m.Times
	if err != nil || len(header) < 2 || !fits {
		return nil, fmt.Errorf("%s is not the table that was written: %v", runsFile, err)
	}
	result := &sgd.Result{Divergence: m.Divergence.statistic(), Steps: m.Steps}
	e := &result.Ensemble
	e.Columns, e.Runs, e.Times = header[2:], make([][][]float64, m.Runs), make([]float64, m.Times)
	for r := range e.Runs {
		for k := range e.Times {
			row := rows[r*m.Times+k]
			e.Times[k] = row[1]
			e.Runs[r] = append(e.Runs[r], row[2:])
		}
	}
	return result, nil
}

// readStoredManifest reads the manifest of a stored task without verifying the rest.
func readStoredManifest(s *store.Store, name string) (*manifest, error) {
	content, err := os.ReadFile(filepath.Join(s.Path(name), taskFile))
	if err != nil {
		return nil, err
	}
	return readManifest(map[string][]byte{taskFile: content})
}
