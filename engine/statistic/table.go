package statistic

import (
	"fmt"
	"math"

	"anisgd/engine/gauss"
	"anisgd/engine/problem"
)

// Table evaluates the named columns of a result from moments. Time is not a
// column; the first one is learning_rate. With classes i, outputs a ≤ b and
// teacher outputs e they are
//
//	learning_rate, risk, risk_class_<i>, error, norm2, mean_<i>_<a>, cov_<i>_<a>_<b>,
//	overlap_<i> (one output) or overlap_<i>_<a>,
//	teacher_dot_<a>_<e>, teacher_distance2, teacher_overlap,
//	<window>_norm2, <window>_overlap_<i> or <window>_overlap_<i>_<a>, <quadratic>, <expectation>, <expectation>_class_<i>
//
// and what does not apply is left out.
type Table struct {
	problem   problem.Problem
	evaluator problem.Evaluator
	priors    []float64
	constants *Constants
	columns   []string
	withError bool
	withLaws  bool // mean_ and cov_

	expectations []expectation
}

// maximalMomentColumns bounds the number of cov_ columns: beyond it the mean_
// and cov_ columns are written only if asked for.
const maximalMomentColumns = 1000

// Selection says which optional columns a table has.
type Selection struct {
	AllColumns bool // mean_ and cov_ however many they are
	Error      bool // the classification error, where it is defined
}

// NewTable lists the columns for one problem on one model. Like its evaluator, a
// table serves one goroutine. It is an error if an expectation has too many
// dimensions.
func NewTable(p problem.Problem, constants *Constants, selection Selection) (*Table, error) {
	classes, outputs := len(constants.Classes), constants.Outputs
	t := &Table{
		problem: p, evaluator: p.Evaluator(), constants: constants,
		priors:    make([]float64, classes),
		withError: selection.Error && p.HasError(),
		withLaws:  selection.AllColumns || classes*outputs*(outputs+1)/2 <= maximalMomentColumns,
	}
	for i, class := range constants.Classes {
		t.priors[i] = class.Prior
	}
	add := func(format string, args ...any) { t.columns = append(t.columns, fmt.Sprintf(format, args...)) }
	perOutput := func(format string, i int) {
		if outputs == 1 {
			add(format, i)
			return
		}
		for a := range outputs {
			add(format+"_%d", i, a)
		}
	}
	add("learning_rate")
	add("risk")
	for i := range classes {
		add("risk_class_%d", i)
	}
	if t.withError {
		add("error")
	}
	add("norm2")
	if t.withLaws {
		for i := range classes {
			for a := range outputs {
				add("mean_%d_%d", i, a)
			}
		}
		for i := range classes {
			for a := range outputs {
				for b := a; b < outputs; b++ {
					add("cov_%d_%d_%d", i, a, b)
				}
			}
		}
	}
	for i := range classes {
		perOutput("overlap_%d", i)
	}
	if teacher := len(constants.Teacher2); teacher > 0 {
		for a := range outputs {
			for b := range teacher {
				add("teacher_dot_%d_%d", a, b)
			}
		}
		if teacher == outputs {
			add("teacher_distance2")
			add("teacher_overlap")
		}
	}
	for _, window := range constants.Windows {
		add("%s_norm2", window.Name)
		for i := range classes {
			perOutput(window.Name+"_overlap_%d", i)
		}
	}
	for _, quadratic := range constants.Quadratics {
		add("%s", quadratic.Name)
	}
	// Addresses of expectations are kept: no growth from here on.
	t.expectations = make([]expectation, 0, len(constants.Expectations))
	for _, e := range constants.Expectations {
		if err := t.addExpectation(e); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// Columns are the names of the entries of a row.
func (t *Table) Columns() []string { return t.columns }

// Evaluator is the table's evaluator of expectations.
func (t *Table) Evaluator() problem.Evaluator { return t.evaluator }

// Evaluate writes one row, of length len(Columns()). Undefined values, such as
// the overlap of x = 0, are NaN.
func (t *Table) Evaluate(row []float64, learningRate float64, m *Moments) {
	w := rowWriter{row: row}
	w.put(learningRate)
	w.put(0) // the risk, once the class risks are known
	total, wrong := 0.0, 0.0
	for i, p := range t.priors {
		risk := t.evaluator.Risk(i, &m.Laws[i])
		w.put(risk)
		if p > 0 {
			total = math.FMA(p, risk, total)
		}
	}
	row[1] = total
	if t.withError {
		for i, p := range t.priors {
			if p > 0 {
				wrong = math.FMA(p, t.evaluator.Error(i, &m.Laws[i]), wrong)
			}
		}
		w.put(wrong)
	}
	w.put(m.Norm2())
	if t.withLaws {
		t.putLaws(&w, m)
	}
	outputs := t.constants.Outputs
	for i, law := range m.Laws {
		for a, mean := range law.Mean {
			w.put(cosine(mean, m.ColumnNorm2[a], t.constants.MeanNorm2[i]))
		}
	}
	t.putTeacher(&w, m)
	classes := len(t.priors)
	for k := range t.constants.Windows {
		norms := m.WindowNorm2[k*outputs : (k+1)*outputs]
		w.put(sum(norms))
		for i := range classes {
			for a := range outputs {
				w.put(cosine(m.WindowMean[(k*classes+i)*outputs+a], norms[a], t.constants.WindowMean2[k*classes+i]))
			}
		}
	}
	for _, v := range m.Quadratic {
		w.put(v)
	}
	for e := range t.expectations {
		t.putExpectation(&w, &t.expectations[e], m)
	}
}

// expectation is a user's function with its rule.
type expectation struct {
	Expectation
	rule             *gauss.Product
	mean, covariance []float64 // of (r, r*)
	class            int
	outputs          int
	integrand        func(x []float64) float64
}

func (t *Table) addExpectation(e Expectation) error {
	outputs, teacher := t.constants.Outputs, len(t.constants.Teacher2)
	n := outputs + teacher
	rule, err := gauss.NewProduct(n, e.Nodes)
	if err != nil {
		return fmt.Errorf("statistic %s of %d outputs and %d teacher outputs: %w", e.Name, outputs, teacher, err)
	}
	t.expectations = append(t.expectations, expectation{
		Expectation: e, rule: rule, mean: make([]float64, n), covariance: make([]float64, n*n), outputs: outputs,
	})
	x := &t.expectations[len(t.expectations)-1]
	x.integrand = func(point []float64) float64 { return x.Value(x.class, point[:x.outputs], point[x.outputs:]) }
	t.columns = append(t.columns, e.Name)
	for i := range t.priors {
		t.columns = append(t.columns, fmt.Sprintf("%s_class_%d", e.Name, i))
	}
	return nil
}

func (t *Table) putExpectation(w *rowWriter, e *expectation, m *Moments) {
	at := w.next
	w.put(0)
	total := 0.0
	for i, p := range t.priors {
		e.join(&m.Laws[i])
		e.class = i
		v := e.rule.Expect(e.mean, e.covariance, e.integrand)
		w.put(v)
		if p > 0 {
			total = math.FMA(p, v, total)
		}
	}
	w.row[at] = total
}

// join writes the joint law of (r, r*); the lower triangle is enough.
func (e *expectation) join(law *problem.Law) {
	l, n := e.outputs, len(e.mean)
	copy(e.mean, law.Mean)
	copy(e.mean[l:], law.TeacherMean)
	teacher := n - l
	for a := range l {
		copy(e.covariance[a*n:], law.Covariance[a*l:(a+1)*l])
	}
	for b := range teacher {
		for a := range l {
			e.covariance[(l+b)*n+a] = law.Cross[a*teacher+b]
		}
		copy(e.covariance[(l+b)*n+l:], law.TeacherCovariance[b*teacher:(b+1)*teacher])
	}
}

func (t *Table) putLaws(w *rowWriter, m *Moments) {
	outputs := t.constants.Outputs
	for _, law := range m.Laws {
		for _, v := range law.Mean {
			w.put(v)
		}
	}
	for _, law := range m.Laws {
		for a := range outputs {
			for b := a; b < outputs; b++ {
				w.put(law.Covariance[a*outputs+b])
			}
		}
	}
}

// putTeacher writes the products X_a·X*_b, ‖X − X*‖² and the Frobenius cosine.
func (t *Table) putTeacher(w *rowWriter, m *Moments) {
	teacher, outputs := len(t.constants.Teacher2), t.constants.Outputs
	if teacher == 0 {
		return
	}
	for _, v := range m.TeacherDot {
		w.put(v)
	}
	if teacher != outputs {
		return
	}
	dot := 0.0
	for a := range outputs {
		dot += m.TeacherDot[a*teacher+a]
	}
	w.put(m.Distance2)
	w.put(cosine(dot, m.Norm2(), sum(t.constants.Teacher2)))
}

// rowWriter fills a row from the left.
type rowWriter struct {
	row  []float64
	next int
}

func (w *rowWriter) put(v float64) {
	w.row[w.next] = v
	w.next++
}

// Risk is the population risk Σ p_i E f_i(r) alone.
func Risk(evaluator problem.Evaluator, priors []float64, m *Moments) float64 {
	total := 0.0
	for i, prior := range priors {
		if prior > 0 {
			total = math.FMA(prior, evaluator.Risk(i, &m.Laws[i]), total)
		}
	}
	return total
}
