package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio/npy"

	"anisgd/kernels/cpu"
)

var numericResults = []string{"limit.csv", "sgd.csv", "runs.npz"}

func sameResults(t *testing.T, a, b string) {
	t.Helper()
	for _, name := range numericResults {
		if readFile(t, a, name) != readFile(t, b, name) {
			t.Errorf("%s differs between %s and %s", name, filepath.Base(a), filepath.Base(b))
		}
	}
	if readSummary(t, a).Checksum != readSummary(t, b).Checksum {
		t.Error("the checksums differ")
	}
}

func TestSameBytesForEveryPathAndThreads(t *testing.T) {
	// More modes than one chunk of a sum, and a number that no width divides.
	text := strings.Replace(smallExperiment, "dim: 200", "dim: 2603", 1)
	directory, file := workspace(t, strings.Replace(text, "end: 4,", "end: 0.1,", 1))
	base := filepath.Join(directory, "base")
	mustInvoke(t, 0, directory, "run", file, "--out", base, "--threads", "1", "--kernel", "generic")
	for _, path := range cpu.Available() {
		for _, threads := range []string{"1", "3"} {
			out := filepath.Join(directory, path.String()+threads)
			mustInvoke(t, 0, directory, "run", file, "--out", out, "--threads", threads, "--kernel", path.String())
			sameResults(t, base, out)
			if got := readSummary(t, out).Kernel.Path; got != path.String() {
				t.Errorf("--kernel %s took %s", path, got)
			}
			for _, figure := range []string{"risk.svg", "overlap.svg", "figure.svg", "figure.png"} {
				if readFile(t, base, figure) != readFile(t, out, figure) {
					t.Errorf("%s differs", figure)
				}
			}
		}
	}
}

// TestResolvedConfigReproduces runs config.yaml, with a copied input, from
// another place.
func TestResolvedConfigReproduces(t *testing.T) {
	text := strings.Replace(smallExperiment, "{power-law: {exponent: 1.1}}", "{file: data/eigenvalues.npy}", 1)
	text = strings.Replace(text, "{power-law: {exponent: 0.3}}", "{normal: {norm: 1}}", 1)
	directory, file := workspace(t, text)
	eigenvalues := make([]float64, 200)
	for rho := range eigenvalues {
		eigenvalues[rho] = 1 / float64(1+rho)
	}
	var array bytes.Buffer
	if err := npy.Write(&array, eigenvalues); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(directory, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(directory, "data", "eigenvalues.npy"), array.String())
	first, second := filepath.Join(directory, "first"), filepath.Join(directory, "second")
	mustInvoke(t, 0, directory, "run", file, "--out", first, "--set", "simulate.runs=3")
	if readFile(t, first, "inputs", "eigenvalues.npy") != array.String() {
		t.Error("the input is not copied")
	}
	if err := os.RemoveAll(filepath.Join(directory, "data")); err != nil {
		t.Fatal(err)
	}
	mustInvoke(t, 0, t.TempDir(), "run", filepath.Join(first, "config.yaml"), "--out", second)
	sameResults(t, first, second)
	if readFile(t, first, "config.yaml") != readFile(t, second, "config.yaml") {
		t.Error("the resolved experiment resolves to another one")
	}
}
