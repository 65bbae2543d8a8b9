package progress

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// recorder is a display that remembers what it was told.
type recorder struct {
	labels    []string
	fractions []float64
	cleared   bool
}

func (r *recorder) announce(label string) { r.labels = append(r.labels, label) }
func (r *recorder) show(label string, fraction float64) {
	r.labels, r.fractions = append(r.labels, label), append(r.fractions, fraction)
}
func (r *recorder) clear() { r.cleared = true }

func TestMeterAddsUpTasks(t *testing.T) {
	r := &recorder{}
	m := newMeter(r, 40, time.Hour) // never on its own
	m.Begin("first")
	for _, c := range []struct {
		step func()
		want float64
	}{
		{func() {}, 0},
		{func() { m.Update(5) }, 0.125},
		{func() { m.Finish(10) }, 0.25},
		{func() { m.Begin("second"); m.Update(15) }, 0.625},
		{func() { m.Update(100) }, 1}, // more than was predicted
		{func() { m.Finish(30) }, 1},
	} {
		c.step()
		if got := m.fraction(); got != c.want {
			t.Errorf("%v of the whole, want %v", got, c.want)
		}
	}
	m.Close()
	if strings.Join(r.labels, " ") != "first second" || !r.cleared {
		t.Errorf("%+v", r)
	}
}

func TestMeterShowsWhatGoesOn(t *testing.T) {
	r := &recorder{}
	m := newMeter(r, 1, time.Millisecond)
	var several sync.WaitGroup
	for range 4 {
		several.Go(func() {
			for k := range 20 {
				m.Phase("work")
				m.Update(float64(k+1) / 20)
				time.Sleep(time.Millisecond)
			}
		})
	}
	several.Wait()
	m.Close()
	if len(r.fractions) == 0 || r.labels[len(r.labels)-1] != "work" {
		t.Fatalf("%+v", r)
	}
	for _, fraction := range r.fractions {
		if fraction < 0 || fraction > 1 {
			t.Errorf("fraction %v", fraction)
		}
	}
}

func TestNoMeterShowsNothing(t *testing.T) {
	var m *Meter
	m.Begin("x")
	m.Phase("x")
	m.Update(1)
	m.Finish(1)
	m.Close()
}

func TestLinesTellTheTimeLeft(t *testing.T) {
	var out bytes.Buffer
	l := &lines{w: &out, start: time.Now().Add(-30 * time.Second)}
	l.announce("task")
	l.show("limit of task", 0.25)
	if got, want := out.String(), "task\nlimit of task: 25 %, 1m30s left\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestBarIsDrawnAndCleared(t *testing.T) {
	var out bytes.Buffer
	b := newBar(&out)
	b.show("limit of task", 0.5)
	if got := out.String(); !strings.Contains(got, "limit of task") || !strings.Contains(got, "50%") {
		t.Errorf("%q", got)
	}
	b.clear()
	if got := out.String(); strings.HasSuffix(got, "\n") {
		t.Errorf("the bar was left standing: %q", got)
	}
}
