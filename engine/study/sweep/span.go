package sweep

import (
	"cmp"
	"fmt"
	"slices"
)

// span is the runs of SGD from one number to before another.
type span struct{ from, to int }

func (s span) length() int { return max(s.to-s.from, 0) }

func (s span) String() string {
	if s.length() == 1 {
		return fmt.Sprintf("run %d", s.from)
	}
	return fmt.Sprintf("runs %d to %d", s.from, s.to-1)
}

// cut cuts runs at multiples of a number, not at all if it is 0.
func (s span) cut(every int) []span {
	if s.length() == 0 {
		return nil
	}
	if every <= 0 {
		return []span{s}
	}
	var parts []span
	for from := s.from; from < s.to; {
		to := min(s.to, (from/every+1)*every)
		parts = append(parts, span{from, to})
		from = to
	}
	return parts
}

// without is what is left of some runs when others are there.
func (s span) without(others []span) []span {
	others = slices.Clone(others)
	slices.SortFunc(others, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var gaps []span
	from := s.from
	for _, other := range others {
		if gap := (span{from, min(other.from, s.to)}); gap.length() > 0 {
			gaps = append(gaps, gap)
		}
		from = max(from, other.to)
	}
	if rest := (span{from, s.to}); rest.length() > 0 {
		gaps = append(gaps, rest)
	}
	return gaps
}

// cover picks, of stored runs, some that together hold all of s, without any gap; ok
// is false if there is one.
func (s span) cover(stored []span) (chosen []span, ok bool) {
	for at := s.from; at < s.to; {
		best := span{at, at}
		for _, other := range stored {
			if other.from <= at && other.to > best.to {
				best = other
			}
		}
		if best.to == at {
			return nil, false
		}
		chosen = append(chosen, best)
		at = best.to
	}
	return chosen, true
}
