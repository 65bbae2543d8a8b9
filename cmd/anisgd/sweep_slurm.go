package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"anisgd/cmd/anisgd/internal/output"
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
	if j.json {
		return usageError("--json: a script for Slurm is no JSON, expected --dry-run with --engine local, or without --json")
	}
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
	j.printf("%s", script)
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
