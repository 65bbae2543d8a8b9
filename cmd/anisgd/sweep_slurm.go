package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"anisgd/cmd/anisgd/output"
	"anisgd/engine/study/store"
)

// slurm runs the shares of a sweep as array jobs of Slurm, which shares the result
// directory with the machine that submits them.
type slurm struct {
	shares   int
	options  []string // for sbatch
	attempts int
	poll     time.Duration
}

const (
	slurmFolder    = "slurm"     // under --out: scripts and logs
	slurmJobsFile  = "jobs.json" // in it: what has been submitted
	defaultShares  = 100
	secondsToSave  = 60 // before a time limit, at which tasks are told to end
	vanishedPolls  = 3  // after which a share that is not in the queue has ended
	squeueFormat   = "%F %K %T"
	slurmCancelled = "CANCELLED"
)

func (s *slurm) check() error {
	switch {
	case s.shares < 0 || s.shares > maximalShares:
		return usageError("--shares %d: expected 1 to %d", s.shares, maximalShares)
	case s.attempts < 1:
		return usageError("--attempts %d: expected at least 1", s.attempts)
	case s.poll < 10*time.Millisecond:
		return usageError("--poll %v: expected at least 10ms", s.poll)
	}
	for _, option := range s.options {
		if !strings.HasPrefix(option, "-") || strings.ContainsAny(option, "\n\r") {
			return usageError("--sbatch %q: expected an option of sbatch, such as --time=1:00:00", option)
		}
	}
	return nil
}

// find checks that there is a Slurm to submit to.
func (s *slurm) find() error {
	for _, program := range []string{"sbatch", "squeue"} {
		if _, err := exec.LookPath(program); err != nil {
			return usageError("--engine slurm: there is no %s here, expected the commands of Slurm on the PATH (--dry-run prints the script; `anisgd sweep --help` tells how to use other schedulers)", program)
		}
	}
	return nil
}

// submission is what jobs.json remembers of the jobs of a sweep, so that a program
// that is started again watches those that are still in the queue.
type submission struct {
	Config string   `json:"config_sha256"`
	Shares int      `json:"shares"`
	Jobs   []string `json:"jobs"`
}

// script is the array job that computes some shares of n.
func (j *sweepJob) script(shares []int, n int) (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	out, err := filepath.Abs(j.out)
	if err != nil {
		return "", err
	}
	list := make([]string, len(shares))
	for k, share := range shares {
		list[k] = strconv.Itoa(share)
	}
	array := strings.Join(list, ",")
	if len(shares) > 1 && shares[len(shares)-1]-shares[0] == len(shares)-1 {
		array = list[0] + "-" + list[len(list)-1]
	}
	var b strings.Builder
	fmt.Fprintf(&b, "#!/bin/sh\n# Computes shares of the sweep %s; each can be repeated at any time.\n", j.file.Name)
	fmt.Fprintf(&b, "#SBATCH --job-name=%s\n", "anisgd-"+strings.Join(strings.Fields(j.file.Name), "-"))
	fmt.Fprintf(&b, "#SBATCH --array=%s\n", array)
	fmt.Fprintf(&b, "#SBATCH --output=%s/%%A_%%a.log\n", strings.ReplaceAll(filepath.Join(out, slurmFolder), " ", `\ `))
	fmt.Fprintf(&b, "#SBATCH --requeue\n#SBATCH --open-mode=append\n#SBATCH --signal=B:TERM@%d\n", secondsToSave)
	for _, option := range j.slurm.options {
		fmt.Fprintf(&b, "#SBATCH %s\n", option)
	}
	fmt.Fprintf(&b, "exec %s sweep %s \\\n\t--out %s \\\n\t--task \"$SLURM_ARRAY_TASK_ID/%d\" --threads \"${SLURM_CPUS_PER_TASK:-1}\" --order %s",
		quoteForShell(program), quoteForShell(filepath.Join(out, configFile)), quoteForShell(out), n, j.orderName)
	fmt.Fprintf(&b, " --checkpoint-every %s", j.checkpointEvery)
	if j.kernel != "" {
		fmt.Fprintf(&b, " --kernel %s", quoteForShell(j.kernel))
	}
	b.WriteString("\n")
	return b.String(), nil
}

// quoteForShell is a text as one word of a POSIX shell.
func quoteForShell(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// sharesOf is the number of shares into which tasks are dealt.
func (s *slurm) sharesOf(tasks int) int {
	if s.shares > 0 {
		return s.shares
	}
	return max(1, min(tasks, defaultShares))
}

// tasksUnderOut is the store of the result directory, an empty one if there is none.
func (j *sweepJob) tasksUnderOut() (*store.Store, error) {
	tasks, err := store.Open(filepath.Join(j.out, output.StudyTasksFolder))
	if err != nil {
		return nil, &failure{statusUsage, err}
	}
	return tasks, nil
}

// describeSlurm prints the script that would be submitted.
func (j *sweepJob) describeSlurm() error {
	n := j.slurm.sharesOf(j.plan.Len())
	tasks, err := j.tasksUnderOut()
	if err != nil {
		return err
	}
	left, err := j.sharesLeft(tasks, n)
	if err != nil {
		return err
	}
	if len(left) == 0 {
		j.printf("# nothing is missing\n")
		return nil
	}
	script, err := j.script(left, n)
	if err != nil {
		return err
	}
	fmt.Fprint(j.stdout, script)
	return nil
}

// sharesLeft are those shares of n, from 1, of which tasks are missing.
func (j *sweepJob) sharesLeft(s *store.Store, n int) ([]int, error) {
	left, err := j.plan.SharesLeft(s, n)
	for k := range left {
		left[k]++
	}
	return left, err
}

// computeOnSlurm submits what is missing, watches it, and submits again what ended
// without having computed all of its tasks.
func (j *sweepJob) computeOnSlurm(ctx context.Context) error {
	if missing, err := j.plan.Missing(j.store); err != nil || len(missing) == 0 {
		return err
	}
	w := &slurmWatch{job: j, attempts: map[int]int{}, vanished: map[int]int{}}
	if err := os.MkdirAll(filepath.Join(j.out, slurmFolder), 0o755); err != nil {
		return err
	}
	if err := w.resume(ctx); err != nil {
		return err
	}
	meter := j.newProgress(j.progress, 1)
	defer meter.Close()
	if meter != nil {
		meter.Begin(j.file.Name + " on Slurm")
	}
	for {
		left, err := j.sharesLeft(j.store, w.Shares)
		if err != nil {
			return err
		}
		if len(left) == 0 {
			return nil
		}
		states, err := w.queue(ctx)
		if err == nil {
			err = w.look(ctx, left, states)
		}
		if ctx.Err() != nil {
			return w.interrupted()
		}
		if err != nil {
			return err
		}
		all, missing := j.plan.Len(), 0
		if tasks, err := j.plan.Missing(j.store); err == nil {
			missing = len(tasks)
		}
		meter.Phase(fmt.Sprintf("%d/%d tasks; %s", max(0, all-missing), all, describeStates(states)))
		meter.Update(1 - float64(missing)/float64(max(all, missing)))
		select {
		case <-ctx.Done():
			return w.interrupted()
		case <-time.After(j.slurm.poll):
		}
	}
}

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
		for line := range strings.Lines(text) {
			fields := strings.Fields(line)
			if len(fields) != 3 {
				continue
			}
			if share, err := strconv.Atoi(fields[1]); err == nil {
				states = append(states, shareState{id, share, fields[2]})
			}
		}
	}
	return states, nil
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

// describeStates counts the shares in every state.
func describeStates(states []shareState) string {
	counts := map[string]int{}
	for _, s := range states {
		counts[strings.ToLower(s.state)]++
	}
	var parts []string
	for state, n := range counts {
		parts = append(parts, fmt.Sprintf("%d %s", n, state))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// command runs a program and returns what it prints.
func command(ctx context.Context, name string, arguments ...string) (string, error) {
	out, err := exec.CommandContext(ctx, name, arguments...).Output()
	var exited *exec.ExitError
	if errors.As(err, &exited) && len(exited.Stderr) > 0 {
		err = fmt.Errorf("%s: %s", name, strings.TrimSpace(string(exited.Stderr)))
	} else if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return string(out), err
}
