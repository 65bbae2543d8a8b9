package experiment

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"anisgd/engine/memory"
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
	if name == "" {
		v.unexpected("the name of a .npy file")
	}
	file, err := r.arrays.open(name, r.dim)
	if err != nil {
		v.fail("%v, expected a .npy file with a one-dimensional array of d = %d numbers", err, r.dim)
	}
	*v.out = node{kind: scalar, text: file.name, quoted: true}
	return file.values
}

// anyLength is for arrays of which it is not known who reads them.
const anyLength = -1

// open reads a file with an array of d numbers, or returns it if it is known. What the file
// claims to hold is compared with d, its size and the memory before anything of that size is
// read.
func (a *arrayFiles) open(name string, d int64) (*arrayFile, error) {
	location := filepath.FromSlash(name)
	if !filepath.IsAbs(location) {
		location = filepath.Join(a.directory, location)
	}
	if file, known := a.byPath[location]; known {
		return file, checkLength(int64(len(file.values)), d, name)
	}
	info, err := os.Stat(location)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read %s: %v", shorten(name), reasonOf(err))
	case !info.Mode().IsRegular(): // a pipe might be waited for without end
		return nil, fmt.Errorf("%s is not a regular file", shorten(name))
	}
	in, err := os.Open(location)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %v", shorten(name), reasonOf(err))
	}
	defer in.Close()
	header, err := readNPYHeader(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %v", shorten(name), reasonOf(err))
	}
	if err := checkLength(header.length, d, name); err != nil {
		return nil, err
	}
	if held := info.Size() - int64(len(header.text)); held != header.length*int64(header.size) {
		return nil, fmt.Errorf("%s: the file holds %d bytes of data where %d numbers take %d each", shorten(name), held, header.length, header.size)
	}
	// The file as it is, for the results, and its numbers.
	if needed := float64(info.Size()) + float64(8*float64(header.length)); needed > memory.Available() {
		return nil, fmt.Errorf("%s: an array of %d numbers does not fit into the memory", shorten(name), header.length)
	}
	data := make([]byte, info.Size())
	copy(data, header.text)
	if _, err := io.ReadFull(in, data[len(header.text):]); err != nil {
		return nil, fmt.Errorf("cannot read %s: %v", shorten(name), reasonOf(err))
	}
	values, err := header.decode(data[len(header.text):])
	if err != nil {
		return nil, fmt.Errorf("%s: %v", shorten(name), err)
	}
	file := &arrayFile{name: a.inputName(name), values: values}
	a.byPath[location] = file
	a.inputs = append(a.inputs, Input{Name: file.name, Data: data})
	return file, nil
}

func checkLength(held, d int64, name string) error {
	if held != d && d != anyLength {
		return fmt.Errorf("%s holds %d numbers", shorten(name), held)
	}
	return nil
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
