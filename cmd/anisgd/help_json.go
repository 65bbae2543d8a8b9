package main

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"anisgd/cmd/anisgd/internal/output"
)

// jsonObject documents a Go type as JSON shows it.
type jsonObject struct {
	name   string // by which other fields refer to it; of a document its kinds
	value  any
	fields []jsonField
}

// jsonField says what a field holds.
type jsonField struct{ name, meaning string }

// The header of every document, said once.
var jsonHeader = []jsonField{
	{"schema", "version of these documents"},
	{"program", `"anisgd"`},
	{"kind", "what the document is about, as above"},
	{"version", "of the program"},
}

// jsonDocuments are what --json prints, by its field "kind".
var jsonDocuments = []jsonObject{
	{`"run", "limit", "simulate", "phase", "sweep"; summary.json is the same`, output.Summary{}, []jsonField{
		{"name", "of the experiment"},
		{"complete", "false while something is missing"},
		{"machine", "on which the results were made"},
		{"kernel", "which was used"},
		{"threads", ""},
		{"seconds", "from start to end"},
		{"checksum", "SHA-256 of the numeric results, the same on any machine"},
		{"variants", "if there are any; else the fields of variant stand here"},
		{"scalings", "over the dimensions of a panel or sweep"},
		{"phase", "of a phase diagram"},
		{"sweep", "of a sweep"},
		{"files", "in the directory of results"},
	}},
	{`"check"`, checkedPlan{}, []jsonField{
		{"name", "of the experiment"},
		{"phase", "of a phase diagram; variants has its first experiment"},
		{"sweep", "of a sweep; variants has its first experiment"},
		{"variants", "what each resolves to"},
	}},
	{`"presets"`, presetsJSON{}, []jsonField{{"presets", ""}}},
	{`"presets NAME"`, presetJSON{}, []jsonField{{"name", ""}, {"file", "the experiment file, YAML"}}},
	{`"sweep --dry-run"`, describedSweep{}, []jsonField{
		{"name", "of the sweep"}, {"points", ""}, {"tasks", "of all points"}, {"to_compute", "tasks that are not stored yet"},
	}},
	{`"cpu"`, cpuDescription{}, []jsonField{
		{"cpu", "the processor"},
		{"cores", "logical processors"},
		{"os", ""},
		{"architecture", ""},
		{"go", "version that built the program"},
		{"features", "that kernels may use"},
		{"paths", ""},
		{"kernel", "which is used"},
	}},
	{`"version"`, versionJSON{}, []jsonField{
		{"commit", "it was built from, or unknown"}, {"go", "version that built it"}, {"os", ""}, {"architecture", ""},
	}},
	{`"bench run"`, benchSummary{}, []jsonField{
		{"file", "of the results"}, {"machine", ""}, {"threads", ""}, {"benchmarks", ""}, {"skipped", "benchmarks left out"},
	}},
	{`"bench compare"`, comparisonJSON{}, []jsonField{
		{"sides", "the files, in order; all ratios are to the first"},
		{"comparisons", "one for each set of kernel paths"},
		{"not_in_every_file", "benchmarks that are not compared"},
	}},
	{`"bench scaling"; summary.json is the same`, scalingSummary{}, []jsonField{
		{"complete", "false if it was interrupted"},
		{"machine", ""}, {"path", "of the kernels"}, {"threads", "the most that were used"},
		{"series", ""}, {"skipped", "what was left out"}, {"files", "in the directory of results"},
	}},
	{`"bench roofline"`, rooflineJSON{}, []jsonField{{"roofs", "measured, of one core"}, {"kernels", "each at each level of the memory"}}},
}

// jsonObjects are the objects in documents, after the names by which they are referred to.
var jsonObjects = []jsonObject{
	{"variant", output.Variant{}, []jsonField{
		{"panel", ""}, {"variant", "its name"}, {"directory", "of its results, relative; empty without variants"}, {"dim", "d"},
		{"auto", "what every auto chose, by key"}, {"auto_reasons", "why, by key"},
		{"limit", "if it was solved"}, {"sgd", "if it was simulated"}, {"steps_per_second", "of SGD, over runs and threads"},
		{"deviations", "of SGD from the limit, by statistic"}, {"divergence", "null if there was none"},
		{"timings", ""}, {"checksum", "of its limit.csv, sgd.csv and runs.npz"},
	}},
	{"limit", output.LimitSummary{}, []jsonField{
		{"method", ""}, {"spectrum", "full, compressed or continuum"}, {"nodes", "of the spectrum, if not full"},
		{"compression_error", "relative, of the risk, estimated from above"},
		{"steps", "accepted"}, {"rejected", "steps"}, {"evaluations", "of the right-hand side"},
		{"estimated_error", "relative, of Gaussian expectations"}, {"estimated_classification_error", "relative, of the error rate"},
		{"end_time", "last t reached"}, {"end_risk", "R there"}, {"events", "that were looked for"}, {"stopped", "when and why it ended early"},
	}},
	{"event", output.Event{}, []jsonField{{"event", ""}, {"time", "t; null if it did not occur"}}},
	{"sgd", output.SGDSummary{}, []jsonField{
		{"runs", ""}, {"steps", "over all runs"}, {"end_time", "last t reached"}, {"end_risk", "mean of R there over the runs"},
		{"end_risk_standard_error", "of that mean; null with one run"},
		{"estimated_error", "relative, of Gaussian expectations"}, {"estimated_classification_error", "relative, of the error rate"},
	}},
	{"deviation", output.Deviation{}, []jsonField{
		{"absolute", "max over t of |mean of SGD − limit|"}, {"absolute_time", "t of that maximum"},
		{"standard_errors", "the maximum in standard errors"}, {"standard_errors_time", "t of that maximum"},
		{"single_run", "root mean square over runs of max |run − limit|"},
	}},
	{"divergence", output.Divergence{}, []jsonField{
		{"time", "t"}, {"risk", "there, null if not finite"}, {"of", "limit or sgd"}, {"run", "number of the run of SGD"}, {"message", ""},
	}},
	{"timings", output.Timings{}, []jsonField{{"setup", "seconds"}, {"limit", "seconds"}, {"simulate", "seconds"}}},
	{"scaling", output.Scaling{}, []jsonField{
		{"panel", "or what the points have in common"}, {"statistic", ""}, {"dims", "d of the points"},
		{"single_run", "power of d of max |run − limit|"}, {"bias", "of mean − limit at the end"},
	}},
	{"exponent", output.Exponent{}, []jsonField{{"exponent", ""}, {"low", "of the 95 % interval"}, {"high", "of the 95 % interval"}, {"resolved", "whether the interval excludes 0"}}},
	{"phase results", output.PhaseSummary{}, []jsonField{
		{"points", "of the grid"}, {"diverged", "of the points"}, {"solved", "limits solved this time"}, {"missing", "not computed yet"},
	}},
	{"sweep results", output.SweepSummary{}, []jsonField{
		{"points", ""}, {"tasks", "of all points"}, {"computed", "tasks, this time"}, {"missing", "points not complete yet"}, {"diverged", "of the points"},
	}},
	{"machine", output.Machine{}, []jsonField{
		{"cpu", "the processor"}, {"cores", "logical processors"}, {"os", ""}, {"architecture", ""}, {"go", "version that built the program"},
	}},
	{"kernel", output.Kernel{}, []jsonField{{"path", "generic, avx2, avx512 or neon"}, {"reason", "why it was chosen"}}},
	{"kernel path", kernelPath{}, []jsonField{{"name", ""}, {"available", ""}, {"missing", "what it lacks here"}}},
	{"preset", listedPreset{}, []jsonField{{"name", ""}, {"description", ""}}},
	{"checked variant", checked{}, []jsonField{
		{"panel", ""}, {"variant", "its name"}, {"dim", "d"}, {"classes", ""}, {"loss", ""}, {"target", "class or teacher"}, {"outputs", "their number"},
		{"teacher_norm2", "‖x*‖² of every column"}, {"ridge", ""}, {"learning_rate", "in words"},
		{"times", "number of output times"}, {"first_time", "t"}, {"last_time", "t"}, {"runs", "of SGD"}, {"steps_per_run", ""},
		{"simulation", "method and precision"}, {"limit", "method, tolerances and spectrum"},
		{"auto", "what every auto chose, by key"}, {"auto_reasons", "why, by key"},
		{"memory_bytes", "predicted"}, {"limit_memory_bytes", "of the limit alone"}, {"simulation_seconds", "predicted, with --threads"},
		{"separation", "μᵀ(ΣKᵢ)⁻¹μ of opposite means; null: infinite"}, {"stable_below", "learning rate; null: every one is stable"},
		{"regime", "what becomes of the risk, in words"},
	}},
	{"checked class", checkedClass{}, []jsonField{{"prior", ""}, {"label", "if classes have labels"}, {"trace_per_dim", "tr K/d"}, {"mean_norm2", "‖μ‖²"}}},
	{"checked phase", checkedPhase{}, []jsonField{{"x", ""}, {"y", ""}, {"statistic", "shown"}, {"boundary", "whether it is searched for"}}},
	{"checked sweep", checkedSweep{}, []jsonField{
		{"axes", ""}, {"points", ""}, {"tasks", ""}, {"predicted_seconds", "with --threads"}, {"largest_memory_bytes", "of a task"},
	}},
	{"axis", checkedAxis{}, []jsonField{{"set", "keys that move together"}, {"points", ""}, {"first", "value"}, {"last", "value"}}},
	{"task", describedTask{}, []jsonField{{"name", "in tasks/"}, {"title", ""}, {"predicted_seconds", "on one thread"}}},
	{"measured machine", machineJSON{}, []jsonField{
		{"cpu", ""}, {"family", "of the processor"}, {"model", "of the processor"}, {"features", "that kernels may use"}, {"cores", "logical processors"},
		{"caches", "as one core sees them"}, {"memory_bytes", "0 if unknown"}, {"governor", "of the clock"}, {"os", ""}, {"architecture", ""},
		{"architecture_level", "GOAMD64 or its like of the build"}, {"go", "version that built the program"},
	}},
	{"cache", cacheJSON{}, []jsonField{{"name", ""}, {"size_bytes", ""}}},
	{"skipped", skippedJSON{}, []jsonField{{"name", ""}, {"reason", ""}}},
	{"measured benchmark", benchMeasured{}, []jsonField{
		{"name", ""}, {"path", "of the kernels"}, {"seconds", "median of an operation"}, {"low", "of the 95 % interval"}, {"high", "of the 95 % interval"},
		{"samples", ""}, {"roof", "share that the fastest sample reaches, 0 if no roof is known"}, {"bound", "which roof that is"},
		{"checksum", "of what it computed"},
	}},
	{"side", sideJSON{}, []jsonField{
		{"label", "the argument"}, {"machine", ""}, {"threads", ""}, {"anisgd", "version that measured"}, {"commit", "that it was built from"}, {"date", "RFC 3339"},
	}},
	{"comparison", layerJSON{}, []jsonField{
		{"paths", "of the kernels, of every side"}, {"busy", "a machine was, and the explanations are not to be trusted"},
		{"benchmarks", ""}, {"geometric_means", "of groups of benchmarks"},
	}},
	{"compared benchmark", rowJSON{}, []jsonField{{"name", ""}, {"group", ""}, {"probe", "it measures the machine itself"}, {"sides", "in the order of the files"}}},
	{"compared time", cellJSON{}, []jsonField{
		{"seconds", "median of an operation"}, {"low", "of the 95 % interval"}, {"high", "of the 95 % interval"}, {"fastest", "sample, seconds"}, {"samples", ""},
		{"roof", "share that the fastest sample reaches, 0 if no roof is known"}, {"bound", "which roof that is"},
		{"ratio", "of the time to the first side's"}, {"ratio_low", "of the 95 % interval"}, {"ratio_high", "of the 95 % interval"},
		{"ratio_fastest", "of the fastest samples"}, {"p", "probability of such a difference by chance"},
		{"significant", "p < 0.05, and the interval does not hold 1"}, {"why", "the ratio as a product"},
	}},
	{"factor", factorJSON{}, []jsonField{{"cause", "clock, vector width, …, code"}, {"factor", ""}}},
	{"mean", meanJSON{}, []jsonField{{"group", ""}, {"count", "of benchmarks"}, {"ratios", "one a side"}, {"ratios_fastest", "of the fastest samples"}}},
	{"series", scalingSeries{}, []jsonField{
		{"variable", "dimension, threads or outputs"}, {"precision", ""}, {"fixed", "what does not vary"}, {"points", ""},
		{"cache_ends", "where data outgrow a cache"}, {"time_fits", "powers of the variable"}, {"memory_fits", "powers of the variable"},
	}},
	{"scaling point", scalingPoint{}, []jsonField{
		{"x", "value of the variable"}, {"seconds", "median of a step"}, {"low", "of the 95 % interval"}, {"high", "of the 95 % interval"}, {"samples", ""},
		{"memory_bytes", "held while steps are made"}, {"touched_bytes", "by a step; 0 with threads"}, {"level", "of the memory, in which they lie"},
		{"checksum", "of what was computed"},
	}},
	{"cache end", scalingEnd{}, []jsonField{{"x", "value of the variable"}, {"level", "of the memory that ends"}}},
	{"power", scalingFit{}, []jsonField{
		{"level", "of the memory; absent for all points"}, {"from", "value of the variable"}, {"to", "value of the variable"}, {"points", ""},
		{"coefficient", ""}, {"exponent", ""}, {"low", "of the 95 % interval of the exponent"}, {"high", ""},
	}},
	{"roofs", roofsJSON{}, []jsonField{{"cycles_per_second", ""}, {"flops_per_second", "peak"}, {"aes_rounds_per_second", ""}, {"levels", "of the memory"}}},
	{"level", levelJSON{}, []jsonField{
		{"name", ""}, {"size_bytes", "0 for memory beyond the caches"},
		{"read_bytes_per_second", ""}, {"update_bytes_per_second", ""}, {"triad_bytes_per_second", ""},
	}},
	{"timed kernel", rooflinePoint{}, []jsonField{
		{"kernel", ""}, {"level", "of the memory in which its arrays lie"}, {"elements", "in them"}, {"bytes_per_element", "touched"}, {"flops_per_element", ""},
		{"naive_ns", "an element, of a naive loop"}, {"paths_ns", "an element, by kernel path"}, {"roof", "share that the fastest path reaches"},
		{"bound", "which roof that is"},
	}},
}

func newJSONTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "json",
		Short: "The fields of what --json prints and summary.json holds",
		Long: `With --json a command prints one JSON document on stdout and nothing else there; errors
are text on stderr, and the exit status is the same. A command that fails may print no
document; one that diverges (status 3) does.

  anisgd run fig1 --json | jq '.variants[] | {variant, risk: .limit.end_risk}'
  anisgd check mine.yaml --json | jq '.variants[].memory_bytes'

Fields are added as the program grows: ignore those you do not know. The number "schema"
changes if a field changes its meaning or type, or goes. Numbers that are undefined or
infinite are null. Fields marked with ? are left out where they say nothing.

every document
` + strings.TrimRight(describeJSON(), "\n"),
	}
}

// describeJSON lists the fields of all documents and objects.
func describeJSON() string {
	var text strings.Builder
	types := jsonTypes(reflect.TypeFor[output.Header]())
	writeFields(&text, jsonHeader, types)
	for _, o := range jsonDocuments {
		fmt.Fprintf(&text, "\nkind %s\n", o.name)
		types := jsonTypes(reflect.TypeOf(o.value))
		writeFields(&text, o.fields, types)
	}
	for _, o := range jsonObjects {
		fmt.Fprintf(&text, "\nobject %q\n", o.name)
		writeFields(&text, o.fields, jsonTypes(reflect.TypeOf(o.value)))
	}
	return text.String()
}

func writeFields(text *strings.Builder, fields []jsonField, types map[string]string) {
	name, words := 18, 16 // columns; as in most objects
	for _, f := range fields {
		name, words = max(name, len(f.name)), max(words, len(types[f.name]))
	}
	for _, f := range fields {
		line := fmt.Sprintf("  %-*s  %-*s  %s", name, f.name, words, types[f.name], f.meaning)
		fmt.Fprintln(text, strings.TrimRight(line, " "))
	}
}

// jsonTypes are the types of an object's fields, in words, by their names in JSON; those
// of embedded structs are the object's own, as in package encoding/json, unless they are
// objects in their own right.
func jsonTypes(object reflect.Type) map[string]string {
	types := map[string]string{}
	for n := range object.NumField() {
		field := object.Field(n)
		if field.Anonymous {
			if field.Type.Kind() == reflect.Pointer { // documented by itself
				continue
			}
			for name, words := range jsonTypes(field.Type) {
				if types[name] == "" {
					types[name] = words
				}
			}
			continue
		}
		if !field.IsExported() {
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		mark := ""
		if options == "omitempty" {
			mark = "?"
		}
		types[name] = jsonType(field.Type) + mark
	}
	return types
}

// jsonType is a type in words.
func jsonType(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[output.Number]():
		return "number|null"
	case reflect.TypeFor[time.Time]():
		return "text|null"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return jsonType(t.Elem())
	case reflect.Slice:
		return "[" + jsonType(t.Elem()) + "]"
	case reflect.Map:
		return "{" + jsonType(t.Key()) + ": " + jsonType(t.Elem()) + "}"
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true|false"
	case reflect.Float64:
		return "number"
	case reflect.Struct:
		for _, o := range jsonObjects {
			if reflect.TypeOf(o.value) == t {
				return o.name
			}
		}
		return "?" // a test finds it
	}
	return "integer"
}
