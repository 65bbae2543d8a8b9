package machine

import "time"

// Stopwatch times calls by repeating them until they have taken at least a slice of
// time, long beside the resolution of the clock.
type Stopwatch struct {
	Slice time.Duration
	calls int // that filled the slice last time
}

// Time calls f for at least the slice, after one call that is not timed unless it is
// known to be long, and returns the time taken and the number of calls.
func (s *Stopwatch) Time(f func()) (elapsed time.Duration, calls int) {
	if s.calls != 1 {
		f()
	}
	for calls = max(s.calls, 1); ; calls *= 2 {
		begin := time.Now()
		for range calls {
			f()
		}
		if elapsed = time.Since(begin); elapsed >= s.Slice {
			s.calls = calls
			if elapsed > 2*s.Slice {
				s.calls = max(calls/2, 1) // grown too long: the machine was busy before
			}
			return elapsed, calls
		}
	}
}
