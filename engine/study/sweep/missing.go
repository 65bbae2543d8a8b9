package sweep

import (
	"errors"
	"slices"
	"strings"

	"anisgd/engine/study/store"
)

// stored is what a store has of a plan.
type stored struct {
	store  *store.Store
	limits map[string]bool   // names
	runs   map[string][]span // by the key, as names have it
}

// scan looks at what the store has, without reading it.
func scan(s *store.Store) (*stored, error) {
	names, err := s.Names()
	if err != nil {
		return nil, err
	}
	found := &stored{store: s, limits: map[string]bool{}, runs: map[string][]span{}}
	for _, name := range names {
		if strings.HasPrefix(name, string(Limit)+"-") {
			found.limits[name] = true
		} else if key, runs, ok := parseRunsName(name); ok {
			found.runs[key] = append(found.runs[key], runs)
		}
	}
	return found, nil
}

// usable are the stored runs of a key that can be part of the first count ones. Runs
// that go beyond them are none if one diverged: that ended the statistics of them all.
func (f *stored) usable(key string, count int) ([]span, error) {
	key = key[:keyLength]
	var list []span
	for _, runs := range f.runs[key] {
		if runs.from >= count {
			continue
		}
		if runs.to > count {
			name := (&Task{Kind: Runs, Key: key, runs: runs}).Name()
			files, err := f.store.Read(name)
			if errors.Is(err, store.ErrDamaged) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if m, err := readManifest(files); err != nil || m.Divergence != nil {
				continue
			}
		}
		list = append(list, runs)
	}
	return list, nil
}

// Missing are the tasks of the plan that the store has not, with those runs that it
// has not.
func (p *Plan) Missing(s *store.Store) ([]Task, error) {
	found, err := scan(s)
	if err != nil {
		return nil, err
	}
	var tasks []Task
	for _, t := range p.tasks {
		if t.Kind == Limit {
			if !found.limits[t.Name()] {
				tasks = append(tasks, t)
			}
			continue
		}
		ends := p.ends[t.Key]
		at, _ := slices.BinarySearch(ends, t.runs.to) // the fewest runs that a point asks for with these
		usable, err := found.usable(t.Key, ends[at])
		if err != nil {
			return nil, err
		}
		for _, gap := range t.runs.without(usable) {
			part := t
			share := float64(gap.length()) / float64(t.runs.length())
			part.Title = strings.Replace(t.Title, t.runs.String(), gap.String(), 1)
			part.runs, part.seconds = gap, t.seconds*share
			tasks = append(tasks, part)
		}
	}
	return tasks, nil
}

// SetAsideDamaged reads every task that the store has of the plan and sets those
// aside that are damaged, so that they are computed again. It tells how many.
func (p *Plan) SetAsideDamaged(s *store.Store) (int, error) {
	found, err := scan(s)
	if err != nil {
		return 0, err
	}
	var names []string
	for _, t := range p.tasks {
		if t.Kind == Limit && found.limits[t.Name()] {
			names = append(names, t.Name())
		}
		for _, runs := range found.runs[t.Key[:keyLength]] {
			if t.Kind == Runs && runs.from < t.runs.to && t.runs.from < runs.to {
				part := t
				part.runs = runs
				names = append(names, part.Name())
			}
		}
	}
	slices.Sort(names)
	damaged := 0
	for _, name := range slices.Compact(names) {
		if _, err := s.Read(name); errors.Is(err, store.ErrDamaged) {
			damaged++
			if err := s.SetAside(name); err != nil {
				return damaged, err
			}
		} else if err != nil {
			return damaged, err
		}
	}
	return damaged, nil
}
