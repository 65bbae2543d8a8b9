package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// slurmWatch watches the jobs of a sweep.
type slurmWatch struct {
	job *sweepJob
	submission
	attempts map[int]int // submissions of every share, by this program
	vanished map[int]int // for how many looks a share with missing tasks was not in the queue
}

// resume takes up jobs that an earlier program has submitted for the same sweep.
func (w *slurmWatch) resume(ctx context.Context) error {
	sum := sha256.Sum256(w.job.file.Config())
	config := hex.EncodeToString(sum[:])
	content, err := os.ReadFile(w.path())
	if err == nil && json.Unmarshal(content, &w.submission) == nil && w.Config == config && w.Shares > 0 {
		states, err := w.queue(ctx)
		waiting := slices.ContainsFunc(states, func(s shareState) bool { return s.active() && s.state != "COMPLETING" })
		cancelled := slices.ContainsFunc(states, func(s shareState) bool { return s.state == slurmCancelled })
		if err == nil && waiting && !cancelled {
			w.note("watching job %s, which was submitted before", strings.Join(w.Jobs, ", "))
			for _, s := range states {
				w.attempts[s.share] = 1
			}
			return nil
		}
	}
	tasks, err := w.job.plan.Missing(w.job.store)
	if err != nil {
		return err
	}
	w.submission = submission{Config: config, Shares: w.job.slurm.sharesOf(len(tasks))}
	return nil
}

func (w *slurmWatch) path() string { return filepath.Join(w.job.out, slurmFolder, slurmJobsFile) }

func (w *slurmWatch) note(format string, arguments ...any) {
	if !w.job.quiet {
		fmt.Fprintf(w.job.stderr, "anisgd: "+format+"\n", arguments...)
	}
}

// shareState is a share as the queue has it.
type shareState struct {
	job   string
	share int
	state string
}

// active reports whether the share is yet to end.
func (s shareState) active() bool {
	switch s.state {
	case "PENDING", "RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED", "REQUEUED", "RESIZING", "SIGNALING", "STAGE_OUT", "STOPPED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "RESV_DEL_HOLD":
		return true
	}
	return false
}

// queue are the shares of the jobs, those that ended a short while ago included.
func (w *slurmWatch) queue(ctx context.Context) ([]shareState, error) {
	if len(w.Jobs) == 0 {
		return nil, nil
	}
	var states []shareState
	for _, id := range w.Jobs {
		text, err := command(ctx, "squeue", "--noheader", "--array", "--states=all", "--jobs="+id, "--format="+squeueFormat)
		if err != nil {
			if strings.Contains(err.Error(), "Invalid job id") { // ended long ago
				continue
			}
			return nil, err
		}
		states = append(states, sharesInQueue(id, text, w.Shares)...)
	}
	return states, nil
}

// sharesInQueue are the shares of a job, of n in all, by what squeue prints of it. Those that
// were cancelled before they began have one line together, without their numbers.
func sharesInQueue(id, text string, n int) (states []shareState) {
	told := map[int]bool{}
	cancelled := false
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			continue
		}
		if share, err := strconv.Atoi(fields[1]); err == nil {
			states = append(states, shareState{id, share, fields[2]})
			told[share] = true
		} else if fields[2] == slurmCancelled {
			cancelled = true
		}
	}
	for share := 1; cancelled && share <= n; share++ {
		if !told[share] {
			states = append(states, shareState{id, share, slurmCancelled})
		}
	}
	return states
}

// look submits the shares that have tasks left and are in no queue any more.
func (w *slurmWatch) look(ctx context.Context, left []int, states []shareState) error {
	active, cancelled := map[int]bool{}, map[int]bool{}
	for _, s := range states {
		active[s.share] = active[s.share] || s.active()
		cancelled[s.share] = s.state == slurmCancelled // of the last job that had it
	}
	var again, stopped []int
	for _, share := range left {
		switch {
		case active[share]:
			w.vanished[share] = 0
			continue
		case w.attempts[share] == 0:
			again = append(again, share)
			continue
		}
		// What a share has stored may be seen later than that it has ended.
		if w.vanished[share]++; w.vanished[share] < vanishedPolls {
			continue
		}
		if cancelled[share] {
			stopped = append(stopped, share)
		} else {
			again = append(again, share)
		}
	}
	if len(stopped) > 0 {
		return fmt.Errorf("%s of job %s cancelled; what is stored is kept; run the same command again to go on from there", plural(len(stopped), "share"), strings.Join(w.Jobs, ", "))
	}
	for _, share := range again {
		if w.attempts[share] >= w.job.slurm.attempts {
			return fmt.Errorf("share %d of %d did not compute its tasks in %s; its last words are in %s:\n%s",
				share, w.Shares, plural(w.attempts[share], "attempt"), filepath.Join(w.job.out, slurmFolder), w.lastWords(share))
		}
	}
	if len(again) == 0 {
		return nil
	}
	return w.submit(ctx, again)
}

// submit submits an array job of some shares.
func (w *slurmWatch) submit(ctx context.Context, shares []int) error {
	script, err := w.job.script(shares, w.Shares)
	if err != nil {
		return err
	}
	path := filepath.Join(w.job.out, slurmFolder, fmt.Sprintf("submission-%d.sh", len(w.Jobs)+1))
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		return err
	}
	answer, err := command(ctx, "sbatch", "--parsable", path)
	if err != nil {
		return err
	}
	id, _, _ := strings.Cut(strings.TrimSpace(answer), ";")
	for _, share := range shares {
		w.attempts[share]++
		w.vanished[share] = 0
	}
	again := ""
	if len(w.Jobs) > 0 {
		again = " again"
	}
	w.note("submitted %s of %d%s as job %s", plural(len(shares), "share"), w.Shares, again, id)
	w.Jobs = append(w.Jobs, id)
	content, err := json.Marshal(w.submission)
	if err != nil {
		return err
	}
	return os.WriteFile(w.path(), append(content, '\n'), 0o644)
}

// lastWords is the end of the newest log of a share.
func (w *slurmWatch) lastWords(share int) string {
	const most = 1000
	for _, id := range slices.Backward(w.Jobs) {
		log, err := os.ReadFile(filepath.Join(w.job.out, slurmFolder, fmt.Sprintf("%s_%d.log", id, share)))
		if err != nil {
			continue
		}
		return strings.TrimSpace(string(log[max(0, len(log)-most):]))
	}
	return "(there is no log)"
}

func (w *slurmWatch) interrupted() error {
	jobs := strings.Join(w.Jobs, " ")
	return &failure{statusInterrupted, fmt.Errorf("interrupted: job %s goes on; run the same command again to watch it, or end it by `scancel %s`", jobs, jobs)}
}
