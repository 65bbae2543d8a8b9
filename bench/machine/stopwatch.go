package machine

import "time"

// Stopwatch times calls by repeating them until they have taken at least a slice of
// time, long beside the resolution of the clock.
type Stopwatch struct {
	Slice time.Duration
	long  bool // one call filled the slice last time
}

// Time calls f for about the slice or a little longer, after one call that is not timed
// unless it is known to be long, and returns the time taken and the number of calls. It
// learns in every slice anew how many calls fill it, for the same function takes many
// times longer on another kernel path.
func (s *Stopwatch) Time(f func()) (elapsed time.Duration, calls int) {
	if !s.long {
		f()
	}
	for some := 1; ; {
		begin := time.Now()
		for range some {
			f()
		}
		elapsed += time.Since(begin)
		calls += some
		if elapsed >= s.Slice {
			s.long = calls == 1
			return elapsed, calls
		}
		// As many again, but not more than what is left of the slice takes.
		some = min(calls, int(float64(calls)*float64(s.Slice-elapsed)/float64(max(elapsed, 1)))+1)
	}
}
