package sgd

// team is the walkers of one thread. Grouped runs that stand at the same step go on side
// by side; to let them, runs that are behind catch up before others go on.
type team struct {
	walkers  []*walker
	together *abreast // nil: they go on one by one
	behind   []*walker
	members  []*grouped
}

// newTeams makes a team for every thread.
func newTeams(shared *shared, workers int) ([]*team, error) {
	c := shared.config
	var teams []*team
	for n := range workers {
		// Threads that runs leave over share the modes within runs.
		w, err := newWalker(shared, threadsOf(n, workers, c.Threads))
		if err != nil {
			return teams, err
		}
		t := &team{walkers: []*walker{w}}
		teams = append(teams, t)
		g, isGrouped := w.iterate.(*grouped)
		size := min((c.Runs+workers-1)/workers, runsAbreast)
		if !isGrouped || size < fewestAbreast || !g.goesAbreast() {
			continue
		}
		t.together = newAbreast(g)
		for len(t.walkers) < size {
			w, err := newWalker(shared, 1)
			if err != nil {
				return teams, err
			}
			t.walkers = append(t.walkers, w)
		}
	}
	return teams, nil
}

// isBusy reports whether a walker has a run that has not ended.
func (t *team) isBusy() bool {
	for _, w := range t.walkers {
		if w.busy {
			return true
		}
	}
	return false
}

// findBehind finds the busy walkers that stand at the least step, and the step to which
// they may go on: that of their next output, or where another walker stands.
func (t *team) findBehind() (end int64) {
	t.behind = t.behind[:0]
	for _, w := range t.walkers {
		switch {
		case !w.busy:
		case len(t.behind) == 0:
			t.behind, end = append(t.behind, w), w.nextOutput()
		case w.at.step == t.behind[0].at.step:
			t.behind, end = append(t.behind, w), min(end, w.nextOutput())
		case w.at.step < t.behind[0].at.step:
			end = min(w.nextOutput(), t.behind[0].at.step)
			t.behind = append(t.behind[:0], w)
		default:
			end = min(end, w.at.step)
		}
	}
	return end
}

// advance makes steps of the walkers that are behind, some each but not beyond end and
// about as many as are asked for; ended is called for every run that diverges.
func (t *team) advance(end, steps int64, ended func(w *walker, end ending, risk float64)) {
	if t.together == nil || len(t.behind) < fewestAbreast {
		for _, w := range t.behind {
			if hasDiverged, risk := w.advance(end); hasDiverged {
				ended(w, diverged, risk)
			}
		}
		return
	}
	step, bound := t.behind[0].at.step, t.behind[0].at.bound
	t.members = t.members[:0]
	for _, w := range t.behind {
		bound = min(bound, w.at.bound)
		t.members = append(t.members, w.iterate.(*grouped))
	}
	made, exceeded := t.together.advance(t.members, step, min(end, step+steps), bound)
	for _, w := range t.behind {
		w.at.step += made
		// Where an output was large, each looks for itself in the step that was not made.
		for exceeded && w.busy && w.at.step == step+made {
			if hasDiverged, risk := w.advance(step + made + 1); hasDiverged {
				ended(w, diverged, risk)
			}
		}
	}
}

// goOn makes a team go on until all its runs have ended, which it reports, or, between
// steps, pausing reports that it is to pause; some steps are made in any case.
func (s *simulation) goOn(t *team, pausing func() bool) (haveEnded bool) {
	stepsPerCheck := s.shared.config.stepsPerCheck()
	var made, sinceCheck int64
	report := func() {
		s.steps.Add(made)
		if p := s.shared.config.Progress; p != nil {
			p(made)
		}
		made, sinceCheck = 0, 0
	}
	defer report()
	for {
		for _, w := range t.walkers {
			if w.busy {
				if end, risk := w.record(s.rows[w.at.run]); end != paused {
					s.end(w, end, risk)
				}
			}
		}
		end := t.findBehind()
		if len(t.behind) == 0 {
			return true
		}
		step := t.behind[0].at.step
		if sinceCheck >= stepsPerCheck {
			report()
			if step > s.stopAt.Load() {
				for _, w := range t.walkers {
					if w.busy {
						s.end(w, ended, 0)
					}
				}
				return true
			}
			if pausing() {
				return false
			}
		}
		t.advance(end, stepsPerCheck, s.end)
		for _, w := range t.behind {
			made += w.at.step - step
		}
		sinceCheck += t.behind[0].at.step - step
	}
}
