package output

import (
	"archive/zip"
	"bufio"
	"io"
	"slices"
	"time"

	"codeberg.org/sbinet/npyio/npy"
	"gonum.org/v1/gonum/mat"

	"anisgd/engine/statistic"
)

// archiveTime is the modification time given to every member of an archive, the
// earliest that the format can hold, so that equal arrays give equal bytes.
var archiveTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// WriteRuns writes runs.npz: t, of shape [T], and for every statistic an array
// of shape [runs, T] under its name, sorted by name; undefined values are NaN.
// Without any time (the dynamics diverged before the first one) all shapes are
// [0, 0].
//
// Members are stored, not compressed: the bytes do not depend on the version of
// a compressor.
func WriteRuns(w io.Writer, ensemble *statistic.Ensemble) error {
	arrays := map[string]any{"t": ensemble.Times}
	if len(ensemble.Times) == 0 {
		arrays["t"] = &mat.Dense{}
	}
	for c, name := range ensemble.Columns {
		array := &mat.Dense{}
		if len(ensemble.Times) > 0 {
			array = mat.NewDense(len(ensemble.Runs), len(ensemble.Times), nil)
		}
		for r, run := range ensemble.Runs {
			for k := range ensemble.Times {
				array.Set(r, k, run[k][c])
			}
		}
		arrays[name] = array
	}
	return writeArchive(w, arrays)
}

// writeArchive writes arrays under their names, sorted by name.
func writeArchive(w io.Writer, arrays map[string]any) error {
	names := make([]string, 0, len(arrays))
	for name := range arrays {
		names = append(names, name)
	}
	slices.Sort(names)
	archive := zip.NewWriter(w)
	for _, name := range names {
		member, err := archive.CreateHeader(&zip.FileHeader{
			Name: name + ".npy", Method: zip.Store, Modified: archiveTime,
		})
		if err != nil {
			return err
		}
		buffered := bufio.NewWriter(member)
		if err := npy.Write(buffered, arrays[name]); err != nil {
			return err
		}
		if err := buffered.Flush(); err != nil {
			return err
		}
	}
	return archive.Close()
}
