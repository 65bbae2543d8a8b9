package main

import (
	"fmt"
	"strconv"
	"strings"

	"anisgd/cmd/anisgd/internal/output"
	"anisgd/engine/study/sweep"
)

// shareOfTasks is one of several shares of a sweep's tasks; of is 0 for all tasks.
type shareOfTasks struct{ number, of int }

// maximalShares is the largest number of shares.
const maximalShares = 100_000

// parseShare reads i/n.
func parseShare(text string) (shareOfTasks, error) {
	first, second, _ := strings.Cut(text, "/")
	number, err := strconv.Atoi(first)
	of, err2 := strconv.Atoi(second)
	if err != nil || err2 != nil || number < 1 || of < number || of > maximalShares {
		return shareOfTasks{}, usageError("--task %s: expected i/n with 1 ≤ i ≤ n ≤ %d, such as 3/40", text, maximalShares)
	}
	return shareOfTasks{number, of}, nil
}

// describedTask is a task as --dry-run tells it.
type describedTask struct {
	Name    string        `json:"name"`
	Title   string        `json:"title"`
	Seconds output.Number `json:"predicted_seconds"`
}

// describedSweep is what --dry-run --json tells.
type describedSweep struct {
	output.Header
	Name   string          `json:"name"`
	Points int             `json:"points"`
	Tasks  int             `json:"tasks"`
	Todo   []describedTask `json:"to_compute"`
}

// describe tells what would be done: the tasks and what they will cost, or the script
// for Slurm. What a store under --out has already is not counted; nothing is written.
func (j *sweepJob) describe() error {
	if j.engine == "slurm" {
		return j.describeSlurm()
	}
	plan := j.ownTasks()
	stored, err := j.tasksUnderOut()
	if err != nil {
		return err
	}
	tasks, err := plan.Missing(stored)
	if err != nil {
		return err
	}
	described := make([]describedTask, len(tasks))
	for k := range tasks {
		described[k] = describedTask{tasks[k].Name(), tasks[k].Title, output.Number(sweep.Seconds(tasks[k : k+1]))}
	}
	if j.json {
		return output.WriteJSON(j.stdout, describedSweep{output.NewHeader("sweep --dry-run"), j.file.Name, j.file.Sweep.Len(), plan.Len(), described})
	}
	j.printf("%s: %s, %s, of which %d to compute, about %s on %s\n\n", j.file.Name, plural(j.file.Sweep.Len(), "point"),
		plural(plan.Len(), "task"), len(tasks), formatSeconds(sweep.Seconds(tasks)/float64(j.threads)), plural(j.threads, "thread"))
	if j.quiet {
		return nil
	}
	return j.tablePoints(tasks).write(j.stdout)
}

// tablePoints tells of every point the tasks to compute; --json lists these one by one.
func (j *sweepJob) tablePoints(tasks []sweep.Task) *grid {
	table := &grid{heading: []string{"point", "tasks", "predicted, one thread"}, keys: 1}
	points := map[int][]sweep.Task{}
	var order []int
	for _, task := range tasks {
		if points[task.Point] == nil {
			order = append(order, task.Point)
		}
		points[task.Point] = append(points[task.Point], task)
	}
	const most = 40
	for k, point := range order {
		if k == most && len(order) > most+1 {
			table.note = fmt.Sprintf("… and %s more", plural(len(order)-most, "point"))
			break
		}
		table.add(j.file.Sweep.Describe(point), strconv.Itoa(len(points[point])), formatSeconds(sweep.Seconds(points[point])))
	}
	return table
}
