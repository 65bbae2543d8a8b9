package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"anisgd/engine"
	"anisgd/engine/checkpoint"
	"anisgd/engine/experiment"
)

const (
	// checkpointDirectory is where checkpoints lie in a result directory until all
	// results are written: one file for every variant, named by its key.
	checkpointDirectory = "checkpoints"
	checkpointSuffix    = ".checkpoint"
	// defaultCheckpointEvery loses little, and costs nothing that could be seen.
	defaultCheckpointEvery = 10 * time.Minute
)

// checkpointFlags are the flags of commands that save their state.
type checkpointFlags struct {
	every time.Duration
	fresh bool
}

func (c *checkpointFlags) add(command *cobra.Command) {
	flags := command.Flags()
	flags.DurationVar(&c.every, "checkpoint-every", defaultCheckpointEvery,
		"save the state at such intervals, and when interrupted: the same command then goes on from there; `duration` 0: never")
	flags.BoolVar(&c.fresh, "fresh", false, "begin anew, whatever state is saved")
}

// check refuses durations that mean nothing.
func (c *checkpointFlags) check() error {
	if c.every < 0 {
		return usageError("--checkpoint-every %v: expected a duration such as 10m, or 0 for never", c.every)
	}
	return nil
}

// checkpoints are those of a job.
type checkpoints struct {
	checkpointFlags
	directory string
	keys      map[string]checkpoint.Key // by the variants' directories; none if they are not wanted
}

// open finds the keys of all variants.
func (c *checkpoints) open(out string, plan *experiment.Plan, options *engine.Options) {
	c.directory, c.keys = filepath.Join(out, checkpointDirectory), map[string]checkpoint.Key{}
	if c.every == 0 {
		return
	}
	var inputs [][]byte
	for _, input := range plan.Inputs() {
		inputs = append(inputs, []byte(input.Name), input.Data)
	}
	files := checkpoint.KeyOf(inputs...)
	for _, panel := range plan.Panels {
		for _, variant := range panel.Variants {
			c.keys[variant.Directory] = engine.CheckpointKey(options, variant.Config, files[:])
		}
	}
}

func (c *checkpoints) path(key checkpoint.Key) string {
	return filepath.Join(c.directory, key.String()[:16]+checkpointSuffix)
}

// of is the checkpoint of a variant, nil where none is wanted.
func (c *checkpoints) of(variant *experiment.Variant) *checkpoint.File {
	key, wanted := c.keys[variant.Directory]
	if !wanted {
		return nil
	}
	return checkpoint.NewFile(c.path(key), key, c.every)
}

// others lists the checkpoints in the result directory that are of other experiments,
// versions or commands.
func (c *checkpoints) others() []string {
	var own, others []string
	for _, key := range c.keys {
		own = append(own, filepath.Base(c.path(key)))
	}
	entries, _ := os.ReadDir(c.directory) // there is none mostly
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), checkpointSuffix) && !slices.Contains(own, entry.Name()) {
			others = append(others, entry.Name())
		}
	}
	return others
}

// remove removes the checkpoints of all variants, once their results are written.
func (c *checkpoints) remove() error {
	for _, key := range c.keys {
		if err := checkpoint.NewFile(c.path(key), key, 0).Remove(); err != nil {
			return err
		}
	}
	_ = os.Remove(c.directory) // fails, as it should, where others are left in it
	return nil
}

// checkpointOf is the checkpoint of a variant, nil where none is wanted.
func (j *job) checkpointOf(variant *experiment.Variant) *checkpoint.File {
	file := j.checkpoints.of(variant)
	if file != nil {
		file.Prepare = j.mark
		file.Warn = func(err error) { j.tell("anisgd: %s%v\n", prefixOf(variant.Name), err) }
	}
	return file
}

// mark makes a new directory one that holds results, before the first of them is there:
// the same command would refuse it otherwise.
func (j *job) mark() error {
	if j.directory.Marked() {
		return nil
	}
	return j.writeInputs()
}

// tell tells something on stderr, beside the progress that is shown there.
func (j *job) tell(format string, arguments ...any) {
	j.meter.aside(func() { fmt.Fprintf(j.stderr, format, arguments...) })
}

// tellOthers tells of checkpoints that are in the way of nothing and used for nothing.
func (j *job) tellOthers() {
	if others := j.checkpoints.others(); len(others) > 0 && !j.quiet {
		j.tell("%s has checkpoints of other experiments or versions (%s): they are not used, and are left there\n",
			j.checkpoints.directory, strings.Join(others, ", "))
	}
}

// tellResumed tells what a variant goes on from.
func (j *job) tellResumed(variant *experiment.Variant, r engine.Resumption) {
	if j.quiet {
		return
	}
	saved := r.Saved.Format(time.DateTime)
	switch {
	case r.Phase == engine.Complete:
		j.tell("%scomputed %s, and taken from there (--fresh computes it anew)\n", prefixOf(variant.Name), saved)
	case r.Phase == engine.InLimit:
		j.tell("%sgoing on from t = %.6g of the limit, saved %s (--fresh begins anew)\n", prefixOf(variant.Name), r.Time, saved)
	case r.Runs.Begun > r.Runs.Ended:
		j.tell("%sgoing on from t = %.6g of SGD, %d of %d runs done, saved %s (--fresh begins anew)\n",
			prefixOf(variant.Name), r.Time, r.Runs.Ended, r.Runs.Runs, saved)
	default:
		j.tell("%sgoing on with SGD, %d of %d runs done, saved %s (--fresh begins anew)\n",
			prefixOf(variant.Name), r.Runs.Ended, r.Runs.Runs, saved)
	}
}
