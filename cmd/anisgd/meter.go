package main

import (
	"fmt"

	"anisgd/cmd/anisgd/internal/progress"
	"anisgd/engine"
	"anisgd/engine/experiment"
)

// meter shows the progress of a job; it shows nothing where that is not wanted.
type meter struct {
	job       *job
	shown     *progress.Meter // nil if nothing is to be seen
	index     int
	name      string
	limitCost float64 // of the current variant, in steps × modes
	wholeCost float64
}

func newMeter(j *job) *meter {
	m := &meter{job: j}
	total := 0.0
	for _, panel := range j.plan.Panels {
		for n := range panel.Variants {
			_, whole := m.costs(panel.Variants[n].Experiment)
			total += whole
		}
	}
	m.shown = j.newProgress(j.progress, total)
	return m
}

// costs are those of a variant's limit and of the whole variant.
func (m *meter) costs(e *experiment.Experiment) (limit, whole float64) {
	p := engine.Predict(e, m.job.threads, m.job.simulate, m.job.limit)
	return p.Limit, p.Limit + p.Simulation
}

// begin starts a variant.
func (m *meter) begin(panel *experiment.Panel, variant *experiment.Variant) {
	m.index++
	m.limitCost, m.wholeCost = m.costs(variant.Experiment)
	m.name = variantLabel(panel, variant)
	if count := m.job.count(); count > 1 {
		m.name = fmt.Sprintf("%d/%d %s", m.index, count, m.name)
	}
	if m.name == "" {
		m.name = m.job.plan.Name
	}
	m.shown.Begin(m.name)
}

// report is what the engine tells its progress to.
func (m *meter) report() func(phase string, fraction float64) {
	if m.shown == nil {
		return nil
	}
	limit, simulation := "limit of "+m.name, "simulation of "+m.name
	return func(phase string, fraction float64) {
		if phase == "limit" {
			m.shown.Phase(limit)
			m.shown.Update(fraction * m.limitCost)
		} else {
			m.shown.Phase(simulation)
			m.shown.Update(m.limitCost + fraction*(m.wholeCost-m.limitCost))
		}
	}
}

// finish ends the variant.
func (m *meter) finish() { m.shown.Finish(m.wholeCost) }

// aside lets something else be written on stderr.
func (m *meter) aside(write func()) { m.shown.Aside(write) }

func (m *meter) close() { m.shown.Close() }

// variantLabel names a variant where several are under way.
func variantLabel(panel *experiment.Panel, variant *experiment.Variant) string {
	switch {
	case panel.Name == "":
		return variant.Name
	case variant.Name == "":
		return panel.Name
	}
	return panel.Name + ", " + variant.Name
}
