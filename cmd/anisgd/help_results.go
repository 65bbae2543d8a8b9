package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// resultColumnsHelp is the reference of the columns of results: the keys are columns, and
// values and meanings together say what they hold. Indices stand in <>.
var resultColumnsHelp = []keyGroup{
	{title: "limit.csv, a row for each time", keys: []documentedKey{
		{"t", "", "steps/d"},
		{"learning_rate", "", "γ of the next step"},
		{"risk", "", "R = Σ_i p_i R_i, without the ridge penalty"},
		{"risk_class_<i>", "", "R_i = E[f(r) | class i], the expected loss of class i"},
		{"error", "", "P(misclassified): sign(r) ≠ y, or argmax r ≠ class; ties count half"},
		{"norm2", "", "‖X‖² = Σ_ρ ‖x_ρ‖²"},
		{"mean_<i>_<a>", "", "⟨μ_i, X_a⟩, the mean of output a in class i"},
		{"cov_<i>_<a>_<b>", "", "X_aᵀ K_i X_b, a ≤ b, the covariance of outputs in class i"},
		{"overlap_<i>", "", "cos(X, μ_i) = ⟨μ_i, X⟩/(‖μ_i‖ ‖X‖), with one output"},
		{"overlap_<i>_<a>", "", "cos(X_a, μ_i), with several"},
		{"teacher_dot_<a>_<b>", "", "⟨X_a, X*_b⟩"},
		{"teacher_distance2", "", "‖X − X*‖², if there are as many outputs as teacher columns"},
		{"teacher_overlap", "", "⟨X, X*⟩/(‖X‖ ‖X*‖), the cosine of the matrices"},
		{"<window>_norm2", "", "‖X‖² over the modes of a window alone; divided by norm2, its share"},
		{"<window>_overlap_<i>", "", "cosine of X and μ_i, both restricted to the window; _<a> with several outputs"},
		{"<weights>", "", "Σ_ρ w_ρ ‖x_ρ‖² of a statistic with weights"},
	}, note: "i is a class, a and b are outputs or teacher columns, all from 0: class first, output second. " +
		"In the limit these are ratios of limits, not expectations of ratios. What does not apply is left out; " +
		"mean_ and cov_ also where cov_ would be more than 1000 columns, without columns: all. A field is empty " +
		"where a value is undefined: the cosine of a vector that is zero is 0/0."},
	{title: "sgd.csv, a row for each time", keys: []documentedKey{
		{"t", "", "the same times: a row is the iterate after round(t·d) steps"},
		{"<column>_mean", "", "over the runs, of each of these columns"},
		{"<column>_std", "", "standard deviation over the runs; that of the mean is std/√runs"},
		{"<column>_q10", "", "and _q50, _q90: quantiles over the runs"},
	}, note: "They are exact population quantities of every iterate, not estimates from samples."},
	{title: "runs.npz, arrays for NumPy", keys: []documentedKey{
		{"t", "[times]", ""},
		{"<column>", "[runs, times]", "NaN where undefined"},
	}},
	{title: "phase.csv, a row for each point of the grid, y moving fastest", keys: []documentedKey{
		{"x, y", "", "the coordinates; numbers of the points where keys are set to no numbers"},
		{"<statistic>", "", "at the last time; empty if it diverged"},
		{"slope", "", "d log R/d log t at the last time"},
		{"diverged", "", "the time t at which it did; empty if it did not"},
		{"predicted", "", "by theory: positive, vanishing or unstable; empty where it does not say"},
	}, note: "phase.npz: the same as arrays [x, y], with predicted as 0, 1 and −1, and boundary_<column>."},
	{title: "boundary.csv, where the long-time risk changes", keys: []documentedKey{
		{"x", "", "a line of the grid"},
		{"y_structure", "", "the y at which μᵀ(ΣKᵢ)⁻¹μ becomes infinite as d → ∞"},
		{"y_risk", "", "the y at which the fate of R(t) changes, from R(t) alone to t = 1e14"},
		{"y_risk_low", "", "and y_risk_high: how far that place moved between t = 1e5 … 1e8 and 1e11 … 1e14. It shows how settled the place is, and is no confidence interval: near corners of the boundary it still drifts"},
		{"y_predicted", "", "by the formula of theory"},
		{"kind", "", "transition (positive limit | 0) or stability (converges | diverges)"},
	}},
	{title: "sweep.csv, a row for each point; series.csv, for each point and time", keys: []documentedKey{
		{"panel, variant", "", "and the keys of the axes: which point it is"},
		{"d, runs, t", "", "t is the last time"},
		{"risk_deviation", "", "max over t of |mean of SGD − limit|"},
		{"risk_deviation_time", "", "where that is"},
		{"risk_standard_errors", "", "the largest |mean − limit| in standard errors of the mean"},
		{"risk_single_run", "", "root mean square over the runs of max |run − limit|"},
		{"risk_bias", "", "mean − limit at the last time"},
		{"risk_bias_error", "", "its standard error"},
		{"diverged", "", "the time t at which it did"},
		{"<column>_limit", "", "and _mean, _std (in series.csv _q10, _q50, _q90, too), as above"},
	}},
	{title: "scaling.csv, fitted powers of d, a row for each curve and statistic", keys: []documentedKey{
		{"points", "", "what they have in common"},
		{"statistic", "", "a column"},
		{"dims", "", "how many dimensions, from smallest_d to largest_d"},
		{"single_run_exponent", "", "of risk_single_run and its like: −1/2 in theory"},
		{"bias_exponent", "", "of risk_bias and its like: −1 in theory"},
		{"single_run_low", "", "and _high, bias_low, bias_high: ends of the 95 % interval; a fit whose interval holds 0 shows no dependence on d: more runs are needed"},
	}},
}

func newResultsTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "results",
		Short: "The columns of limit.csv, sgd.csv and the other tables",
		Long: `Results lie in out/NAME or under --out, in a directory for each variant where there are
any. Numbers are the shortest decimals that read back to the same float64. The fields of
summary.json are listed by "anisgd help json".

` + strings.TrimRight(describeKeys(resultColumnsHelp), "\n") + `

In the table that is printed, "in std. errors" is the largest |mean − limit| over all times, in
standard errors of the mean. Even where SGD follows the limit exactly, the largest of some tens
of them is typically 2 to 3, and with few runs much more, as the standard error itself is then
known badly (Student's t: 5 runs reach 5 easily). Far larger values come where the runs hardly
differ, as at the start: they show the bias of about 0.3/d that the mean has at finite d.`,
	}
}
