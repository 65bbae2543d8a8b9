package experiment

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Input is an array file that an experiment file refers to.
type Input struct {
	// Name is the slash separated path under which the resolved experiment
	// refers to the file, relative to the resolved file: inputs/<name>.npy.
	Name string
	Data []byte // the whole .npy file
}

// arrayFiles reads each array file of one experiment file once, so that its
// variants share the arrays.
type arrayFiles struct {
	directory string // that file names are relative to
	byPath    map[string]*arrayFile
	inputs    []Input
}

type arrayFile struct {
	name   string // of the input
	values []float64
}

func newArrayFiles(directory string) *arrayFiles {
	return &arrayFiles{directory: directory, byPath: map[string]*arrayFile{}}
}

// readArray reads the name of a .npy file and the array of d numbers in it.
func (r *reader) readArray(v *value) []float64 {
	name := v.text("the name of a .npy file")
	file, err := r.arrays.open(name)
	if err != nil {
		v.fail("%v, expected a .npy file with a one-dimensional array of d = %d numbers", err, r.dim)
	}
	if int64(len(file.values)) != r.dim {
		v.fail("%s holds %d numbers, expected d = %d", shorten(name), len(file.values), r.dim)
	}
	*v.out = node{kind: scalar, text: file.name, quoted: true}
	return file.values
}

// open reads an array file, or returns it if it is known.
func (a *arrayFiles) open(name string) (*arrayFile, error) {
	location := filepath.FromSlash(name)
	if !filepath.IsAbs(location) {
		location = filepath.Join(a.directory, location)
	}
	if file, known := a.byPath[location]; known {
		return file, nil
	}
	info, err := os.Stat(location)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read %s: %v", shorten(name), reasonOf(err))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file", shorten(name))
	}
	data, err := os.ReadFile(location)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %v", shorten(name), reasonOf(err))
	}
	values, err := decodeNPY(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %v", shorten(name), err)
	}
	file := &arrayFile{name: a.inputName(name), values: values}
	a.byPath[location] = file
	a.inputs = append(a.inputs, Input{Name: file.name, Data: data})
	return file, nil
}

// inputName is a name for a copy of a file, different from those of the others
// on any system.
func (a *arrayFiles) inputName(name string) string {
	base := path.Base(filepath.ToSlash(name))
	base = strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' || strings.ContainsRune(`\:*?"<>|`, c) {
			return '_'
		}
		return c
	}, base)
	stem, extension := strings.TrimSuffix(base, path.Ext(base)), path.Ext(base)
	for copies := 1; ; copies++ {
		candidate := "inputs/" + base
		if copies > 1 {
			candidate = fmt.Sprintf("inputs/%s-%d%s", stem, copies, extension)
		}
		taken := false
		for _, input := range a.inputs {
			taken = taken || strings.EqualFold(input.Name, candidate)
		}
		if !taken {
			return candidate
		}
	}
}

// reasonOf is an error of the file system without the path, which the message
// has already.
func reasonOf(err error) error {
	if bad, ok := err.(*os.PathError); ok {
		return bad.Err
	}
	return err
}
