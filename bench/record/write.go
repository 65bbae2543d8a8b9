package record

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"anisgd/bench/machine"
	"anisgd/bench/suite"
)

// Schema is the version of the files' layout and of what the benchmarks of a name do.
// Files of different schemas cannot be compared.
const Schema = 2

// Keys of configuration lines that are read back.
const (
	keySchema   = "anisgd-bench"
	keyPath     = "path"
	keyCPU      = "cpu"
	keyFamily   = "cpu-family"
	keyModel    = "cpu-model"
	keyFeatures = "cpu-features"
	keyCores    = "cores"
	keyThreads  = "threads"
	keyMemory   = "memory"
	keyGovernor = "governor"
	keyOS       = "goos"
	keyArch     = "goarch"
	keyGo       = "go"
	keyVersion  = "anisgd"
	keyCommit   = "commit"
	keyDate     = "date"
	cacheSuffix = "-cache"
)

// unitChecksum is the unit of checksums, which are measurements that are to be the same
// on every machine.
const unitChecksum = "checksum"

// endLine begins the last line of a file, which counts its results.
const endLine = "# end of results: "

// Origin says where and how results were made.
type Origin struct {
	Machine machine.Description
	Threads int // of the benchmarks that take all
	Version string
	Commit  string
	Date    time.Time
}

// lines are the configuration lines.
func (o *Origin) lines() []benchfmt.Config {
	var list []benchfmt.Config
	add := func(key, value string) {
		if value != "" {
			list = append(list, benchfmt.Config{Key: key, Value: []byte(value), File: true})
		}
	}
	m := &o.Machine
	add(keySchema, strconv.Itoa(Schema))
	add(keyVersion, o.Version)
	add(keyCommit, o.Commit)
	add(keyDate, o.Date.UTC().Format(time.RFC3339))
	add(keyGo, m.Go)
	add(keyOS, m.OS)
	add(keyArch, m.Arch)
	add(m.ArchLevelKey(), m.ArchLevel)
	add(keyCPU, m.CPU)
	if m.Family > 0 {
		add(keyFamily, strconv.Itoa(m.Family))
		add(keyModel, strconv.Itoa(m.Model))
	}
	add(keyFeatures, strings.Join(m.Features, " "))
	add(keyCores, strconv.Itoa(m.Cores))
	add(keyThreads, strconv.Itoa(o.Threads))
	for _, l := range m.Levels {
		if l.Size > 0 {
			add(strings.ToLower(l.Name)+cacheSuffix, strconv.Itoa(l.Size))
		}
	}
	if m.Memory > 0 {
		add(keyMemory, strconv.FormatFloat(m.Memory, 'f', 0, 64))
	}
	add(keyGovernor, m.Governor)
	return list
}

// units are what benchstat is told of the units beside times.
const units = `Unit Hz better=higher
Unit flop/s better=higher
Unit round/s better=higher
Unit B/s better=higher
Unit checksum assume=exact
`

// Write writes a whole file.
func Write(w io.Writer, origin *Origin, results []suite.Result) error {
	if _, err := io.WriteString(w, units); err != nil {
		return err
	}
	config := origin.lines()
	out := benchfmt.NewWriter(w)
	lines := 0
	for _, r := range results {
		record := &benchfmt.Result{
			Config: append(config[:len(config):len(config)], benchfmt.Config{Key: keyPath, Value: []byte(r.Path.String()), File: true}),
			Name:   benchfmt.Name(r.Case.Name),
		}
		for _, s := range r.Samples {
			record.Iters, record.Values = s.Operations, values(&r, s)
			if err := out.Write(record); err != nil {
				return err
			}
			lines++
		}
	}
	_, err := fmt.Fprintf(w, "%s%d\n", endLine, lines)
	return err
}

// values are the measurements of a sample.
func values(r *suite.Result, s suite.Sample) []benchfmt.Value {
	c := r.Case
	list := []benchfmt.Value{{Value: significant(s.Seconds * 1e9), Unit: "ns/op"}}
	if c.Elements > 0 {
		list = append(list, benchfmt.Value{Value: significant(s.Seconds * 1e9 / c.Elements), Unit: "ns/" + c.Unit})
	}
	if c.Probe != nil {
		list = append(list, benchfmt.Value{Value: significant(c.Probe.Amount / s.Seconds), Unit: c.Probe.Unit})
	}
	if r.HasChecksum {
		list = append(list, benchfmt.Value{Value: float64(r.Checksum), Unit: unitChecksum})
	}
	return list
}

// significant rounds a measurement to the digits that can mean anything.
func significant(v float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if err != nil {
		return v // an infinity, of which there are no digits
	}
	return rounded
}
