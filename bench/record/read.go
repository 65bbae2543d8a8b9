package record

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/perf/benchfmt"

	"anisgd/bench/machine"
	"anisgd/bench/suite"
)

// File is a file of results.
type File struct {
	Name   string
	Origin Origin
	// Paths lists the kernel paths, in the order of the file.
	Paths []string
	// Series holds what was measured on each path, in the order of the file.
	Series map[string][]*Series
}

// Series is the repetitions of one benchmark on one path.
type Series struct {
	Name    string
	Seconds []float64 // an operation
	// Checksum is that of the numeric results, if HasChecksum.
	Checksum    uint64
	HasChecksum bool
}

// Error says why a file cannot be used.
type Error struct{ File, Reason string }

func (e *Error) Error() string { return e.File + ": " + e.Reason }

// Of is a benchmark on a path, nil if it is not there.
func (f *File) Of(path, name string) *Series {
	for _, s := range f.Series[path] {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// ReadFile reads a file of results. What is wrong with the file itself is an *Error.
func ReadFile(name string) (*File, error) {
	in, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if info, err := in.Stat(); err == nil && info.IsDir() {
		return nil, &Error{name, "is a directory; a file written by `anisgd bench run` is expected"}
	}
	return Read(in, name)
}

// maximalSize is beyond any file of results, in bytes.
const maximalSize = 64 << 20

// Read is ReadFile of what is at hand under a name.
func Read(in io.Reader, name string) (*File, error) {
	text, err := io.ReadAll(io.LimitReader(in, maximalSize+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	fail := func(format string, arguments ...any) (*File, error) {
		return nil, &Error{name, fmt.Sprintf(format, arguments...)}
	}
	if len(text) > maximalSize {
		return fail("is longer than %d MiB; a file written by `anisgd bench run` is expected", maximalSize>>20)
	}
	if strings.TrimSpace(string(text)) == "" {
		return fail("is empty")
	}
	if !utf8.Valid(text) || bytes.ContainsFunc(text, func(c rune) bool { return unicode.IsControl(c) && !unicode.IsSpace(c) }) {
		return fail("holds characters that are no text; a file written by `anisgd bench run` is expected")
	}
	f := &File{Name: name, Series: map[string][]*Series{}}
	reader := benchfmt.NewReader(strings.NewReader(string(text)), name)
	lines := 0
	for reader.Scan() {
		switch record := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return fail("line %d: %s; the file is truncated or was edited", record.Line, record.Msg)
		case *benchfmt.Result:
			_, line := record.Pos()
			if err := checkSchema(record); err != nil {
				return fail("line %d: %v", line, err)
			}
			if err := f.add(record, lines == 0); err != nil {
				return fail("line %d: %v", line, err)
			}
			lines++
		}
	}
	if err := reader.Err(); err != nil {
		return fail("%v", err)
	}
	counted, found := lastCount(text)
	switch {
	case !found && lines == 0:
		return fail("holds no benchmarks; a file written by `anisgd bench run` is expected")
	case !found:
		return fail("is truncated: its last line, which counts the results, is missing")
	case counted != lines:
		return fail("holds %d results and its last line counts %d: something was cut out or added", lines, counted)
	case lines == 0:
		return fail("holds no results")
	}
	return f, nil
}

// checkSchema fails on results of other programs and versions.
func checkSchema(r *benchfmt.Result) error {
	switch schema := r.GetConfig(keySchema); schema {
	case strconv.Itoa(Schema):
		return nil
	case "":
		return errors.New("these are benchmarks of another program: there is no line " + keySchema + ": before them (benchstat compares such files)")
	default:
		return fmt.Errorf("has schema version %s, and this program reads version %d: measure again with one version of anisgd on both machines", schema, Schema)
	}
}

// lastCount is the number on the last line, if that is one of ours.
func lastCount(text []byte) (count int, found bool) {
	var last string
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	for lines.Scan() {
		last = lines.Text()
	}
	number, found := strings.CutPrefix(last, endLine)
	count, err := strconv.Atoi(number)
	return count, found && err == nil
}

// add takes in one result.
func (f *File) add(r *benchfmt.Result, first bool) error {
	origin, err := originOf(r)
	if err != nil {
		return err
	}
	if first {
		f.Origin = *origin
	} else if !slices.Equal(origin.text(), f.Origin.text()) {
		return errors.New("two sets of results are mixed in one file: the lines before the benchmarks differ")
	}
	path := r.GetConfig(keyPath)
	if path == "" {
		return errors.New("the line " + keyPath + ": is missing")
	}
	if !slices.Contains(f.Paths, path) {
		f.Paths = append(f.Paths, path)
	}
	if len(r.Name) == 0 {
		return errors.New("a benchmark has no name")
	}
	seconds, ok := r.Value("sec/op")
	if !ok || !(seconds > 0) || math.IsInf(seconds, 0) {
		return errors.New("there is no time above zero")
	}
	s := f.Of(path, r.Name.String())
	checksum, known := r.Value(unitChecksum)
	if known && (checksum < 0 || checksum >= suite.ChecksumEnd || checksum != math.Trunc(checksum)) {
		return fmt.Errorf("%v is no checksum", checksum)
	}
	if s == nil {
		s = &Series{Name: r.Name.String(), Checksum: uint64(checksum), HasChecksum: known}
		f.Series[path] = append(f.Series[path], s)
	}
	if known != s.HasChecksum || uint64(checksum) != s.Checksum {
		return fmt.Errorf("%s has several checksums: two sets of results are mixed in one file", s.Name)
	}
	s.Seconds = append(s.Seconds, seconds)
	return nil
}

// text are the configuration lines, as one compares them.
func (o *Origin) text() []string {
	var list []string
	for _, c := range o.lines() {
		list = append(list, c.Key+": "+string(c.Value))
	}
	return list
}

// originOf reads the configuration lines back.
func originOf(r *benchfmt.Result) (*Origin, error) {
	var bad error
	number := func(key string) float64 {
		text := r.GetConfig(key)
		v, err := strconv.ParseFloat(text, 64)
		const largest = 1 << 53
		if text != "" && (err != nil || !(v >= 0 && v <= largest)) {
			bad = fmt.Errorf("%s: %q is no number of things or bytes", key, text)
			return 0
		}
		return v
	}
	o := &Origin{Version: r.GetConfig(keyVersion), Commit: r.GetConfig(keyCommit), Threads: int(number(keyThreads))}
	m := &o.Machine
	*m = machine.Description{
		CPU: r.GetConfig(keyCPU), Family: int(number(keyFamily)), Model: int(number(keyModel)), Features: strings.Fields(r.GetConfig(keyFeatures)), Cores: int(number(keyCores)),
		Memory: number(keyMemory), Governor: r.GetConfig(keyGovernor),
		OS: r.GetConfig(keyOS), Arch: r.GetConfig(keyArch), Go: r.GetConfig(keyGo),
	}
	m.ArchLevel = r.GetConfig(m.ArchLevelKey())
	for _, name := range []string{"L1", "L2", "L3"} {
		if size := int(number(strings.ToLower(name) + cacheSuffix)); size > 0 {
			m.Levels = append(m.Levels, machine.Level{Name: name, Size: size})
		}
	}
	m.Levels = machine.WithMemory(m.Levels)
	if text := r.GetConfig(keyDate); text != "" {
		date, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is no date", keyDate, text)
		}
		o.Date = date
	}
	return o, bad
}
