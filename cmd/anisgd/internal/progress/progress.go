// Package progress shows on stderr how far a computation has come and how long
// it will still take.
package progress

import (
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// IsTerminal reports whether a file is a terminal, on which a bar can be drawn.
func IsTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Meter shows the progress of a list of tasks of known relative cost. A nil Meter
// shows nothing.
type Meter struct {
	display  *locked
	total    float64       // cost of all tasks
	finished float64       // cost of the finished ones
	spent    atomic.Uint64 // cost of all that is done, as the bits of a float64
	label    atomic.Pointer[string]
	stop     chan struct{}
	stopped  sync.WaitGroup
}

// display is how progress is shown. Its methods are not called at the same time.
type display interface {
	announce(label string)
	show(label string, fraction float64)
	clear()
}

// A bar is redrawn and lines are printed at these intervals.
const (
	barInterval  = 100 * time.Millisecond
	lineInterval = 5 * time.Second
)

// NewBar draws a bar with the time left, for a terminal.
func NewBar(w io.Writer, total float64) *Meter {
	return newMeter(newBar(w), total, barInterval)
}

// NewLines prints a line for every task and now and then, for logs.
func NewLines(w io.Writer, total float64) *Meter {
	return newMeter(&lines{w: w, start: time.Now()}, total, lineInterval)
}

func newMeter(d display, total float64, interval time.Duration) *Meter {
	m := &Meter{display: &locked{display: d}, total: total, stop: make(chan struct{})}
	m.label.Store(new(string))
	m.stopped.Go(func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				m.display.show(*m.label.Load(), m.fraction())
			case <-m.stop:
				return
			}
		}
	})
	return m
}

// Begin starts a task and says what it is.
func (m *Meter) Begin(label string) {
	if m != nil {
		m.label.Store(&label)
		m.display.announce(label)
	}
}

// Phase says what part of the task is being done. It may be called at every step
// and from several goroutines.
func (m *Meter) Phase(label string) {
	if m != nil && *m.label.Load() != label {
		m.label.Store(&label)
	}
}

// Update says what cost of the current task has been spent. It may be called at
// every step and from several goroutines.
func (m *Meter) Update(cost float64) {
	if m != nil {
		m.spent.Store(math.Float64bits(m.finished + cost))
	}
}

// Finish ends the current task, which had the given cost.
func (m *Meter) Finish(cost float64) {
	if m != nil {
		m.finished += cost
		m.Update(0)
	}
}

// Aside lets something else be written where the progress is shown.
func (m *Meter) Aside(write func()) {
	if m == nil {
		write()
		return
	}
	m.display.Lock()
	defer m.display.Unlock()
	m.display.display.clear()
	write()
}

func (m *Meter) fraction() float64 {
	if !(m.total > 0) {
		return 0
	}
	return min(max(math.Float64frombits(m.spent.Load())/m.total, 0), 1)
}

// Close ends the display and leaves no trace of a bar.
func (m *Meter) Close() {
	if m != nil {
		close(m.stop)
		m.stopped.Wait()
		m.display.clear()
	}
}

// locked serialises the calls of a display.
type locked struct {
	sync.Mutex
	display
}

func (l *locked) announce(label string) {
	l.Lock()
	defer l.Unlock()
	l.display.announce(label)
}

func (l *locked) show(label string, fraction float64) {
	l.Lock()
	defer l.Unlock()
	l.display.show(label, fraction)
}

// barUnits is the number of units of a full bar, fine enough for the estimate of
// the time left.
const barUnits = 100_000

type bar struct{ bar *progressbar.ProgressBar }

func newBar(w io.Writer) bar {
	return bar{progressbar.NewOptions(barUnits,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetWidth(24),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionSetTheme(progressbar.ThemeUnicode),
	)}
}

func (bar) announce(string) {}

func (b bar) show(label string, fraction float64) {
	b.bar.Describe(label)
	// Errors of drawing on a terminal are of no consequence.
	_ = b.bar.Set(int(fraction * barUnits))
}

func (b bar) clear() { _ = b.bar.Clear() }

type lines struct {
	w     io.Writer
	start time.Time
}

func (l *lines) announce(label string) { fmt.Fprintln(l.w, label) }

func (l *lines) show(label string, fraction float64) {
	fmt.Fprintf(l.w, "%s: %.0f %%%s\n", label, 100*fraction, timeLeft(time.Since(l.start), fraction))
}

func (*lines) clear() {}

// timeLeft says how long the rest takes if it goes on as fast; nothing while
// there is little to go by.
func timeLeft(elapsed time.Duration, fraction float64) string {
	if fraction < 0.01 || fraction >= 1 {
		return ""
	}
	left := time.Duration(float64(elapsed) * (1 - fraction) / fraction)
	return fmt.Sprintf(", %s left", left.Round(time.Second))
}
