package phase

import (
	"bytes"
	"compress/gzip"
	"io"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

// TestLabelsReachTheProfile profiles work in two phases and finds their labels, and
// none of a phase that was not entered, among the strings of the profile.
func TestLabelsReachTheProfile(t *testing.T) {
	var file bytes.Buffer
	if err := pprof.StartCPUProfile(&file); err != nil {
		t.Skip(err) // another profile is on, of the tests themselves
	}
	end := Profile("a model of mine")
	work := func() (x float64) {
		for start := time.Now(); time.Since(start) < 150*time.Millisecond; {
			for range 1000 {
				x = 1 / (1 + x)
			}
		}
		return x
	}
	Sample.Enter()
	sum := work()
	Reduce.Enter()
	sum += work()
	end()
	Output.Enter() // no longer labelled
	sum += work()
	pprof.StopCPUProfile()
	unzipped, err := gzip.NewReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	for text, wanted := range map[string]bool{"a model of mine": true, "\x06sample": true, "\x06reduce": true, "\x06output": false} {
		if strings.Contains(string(content), text) != wanted {
			t.Errorf("%q in the profile: %v, want %v (sum %v)", text, !wanted, wanted, sum)
		}
	}
}

func TestEnterDoesNotAllocate(t *testing.T) {
	defer Profile("model")()
	if n := testing.AllocsPerRun(100, func() { Dot.Enter(); Update.Enter() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkEnter(b *testing.B) {
	b.Run("without a profile", func(b *testing.B) {
		for b.Loop() {
			Update.Enter()
		}
	})
	b.Run("with one", func(b *testing.B) {
		defer Profile("model")()
		for b.Loop() {
			Update.Enter()
		}
	})
}
