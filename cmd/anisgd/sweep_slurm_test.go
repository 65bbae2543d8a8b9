package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// standInSbatch stands in for sbatch: it starts the shares of an array job at once,
// and keeps their states in files. Share 2 fails in the first job; share $BROKEN in every.
const standInSbatch = `#!/bin/sh
test "$1" = --parsable || exit 9
script=$2
job=$(($(ls "$STATES" | grep -c '^job-') + 1))
touch "$STATES/job-$job"
array=$(sed -n 's/^#SBATCH --array=//p' "$script")
log=$(sed -n 's/^#SBATCH --output=//p' "$script" | sed 's/\/%A_%a.log//')
case $array in
*-*) shares=$(seq "${array%-*}" "${array#*-}") ;;
*) shares=$(echo "$array" | tr , ' ') ;;
esac
for share in $shares; do
	(
		echo RUNNING >"$STATES/$job.$share"
		state=FAILED
		if [ "$share" = "$BROKEN" ]; then
			echo "this node is broken" >"$log/${job}_$share.log"
		elif [ "$job.$share" != 1.2 ]; then
			SLURM_ARRAY_TASK_ID=$share sh "$script" >"$log/${job}_$share.log" 2>&1 && state=COMPLETED
		fi
		echo $state >"$STATES/$job.$share"
	) >/dev/null 2>&1 &
done
echo "$job;loopback"
`

// standInSqueue stands in for squeue, for the one way in which it is called.
const standInSqueue = `#!/bin/sh
for argument in "$@"; do
	case $argument in --jobs=*) job=${argument#--jobs=} ;; esac
done
for file in "$STATES/$job".*; do
	echo "$job ${file##*.} $(cat "$file")"
done
`

// TestSweepOverSlurm goes through submission, failure, resubmission and collection with
// programs in Slurm's place; .ci/test-slurm does it with Slurm itself.
func TestSweepOverSlurm(t *testing.T) {
	skipInShort(t)
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("SKIPPED: there is no shell here")
	}
	directory, file := workspace(t, smallSweep)
	states, programs := filepath.Join(directory, "states"), filepath.Join(directory, "programs")
	for _, path := range []string{states, programs} {
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"sbatch": standInSbatch, "squeue": standInSqueue} {
		if err := os.WriteFile(filepath.Join(programs, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	environment := []string{"PATH=" + programs + ":" + os.Getenv("PATH"), "STATES=" + states}
	mustInvoke(t, 0, directory, "sweep", file, "--out", "base")
	o := invokeWith(t, directory, environment, "sweep", file, "--out", "slurm", "--engine", "slurm", "--shares", "3", "--poll", "50ms")
	if o.status != 0 || !strings.Contains(o.stderr, "submitted 3 shares of 3 as job 1") || !strings.Contains(o.stderr, "submitted 1 share of 3 again as job 2") {
		t.Fatalf("status %d, stderr %s", o.status, o.stderr)
	}
	sameSweep(t, filepath.Join(directory, "base"), filepath.Join(directory, "slurm"))
	// Nothing is submitted when nothing is missing.
	o = invokeWith(t, directory, environment, "sweep", file, "--out", "slurm", "--engine", "slurm")
	if o.status != 0 || strings.Contains(o.stderr, "submitted") {
		t.Errorf("status %d, stderr %s", o.status, o.stderr)
	}
	// A share that never succeeds ends the sweep with what it said last.
	broken := append(environment, "BROKEN=1")
	o = invokeWith(t, directory, broken, "sweep", file, "--out", "broken", "--engine", "slurm", "--shares", "3", "--poll", "20ms", "--attempts", "2")
	if o.status != 1 || !strings.Contains(o.stderr, "in 2 attempts") || !strings.Contains(o.stderr, "this node is broken") {
		t.Errorf("status %d, stderr %s", o.status, o.stderr)
	}
}

// TestSharesCancelledBeforeTheyBegan reads what squeue of Slurm 22.05 prints after scancel: shares that
// were waiting have no numbers any more.
func TestSharesCancelledBeforeTheyBegan(t *testing.T) {
	cancelled := map[int]bool{}
	for _, s := range sharesInQueue("8", "8 3 CANCELLED\n8 N/A CANCELLED\n8 1 COMPLETED\n8 2 FAILED\n", 6) {
		cancelled[s.share] = s.state == slurmCancelled
	}
	for share := 1; share <= 6; share++ {
		if cancelled[share] != (share >= 3) {
			t.Errorf("share %d: cancelled %v", share, cancelled[share])
		}
	}
	if states := sharesInQueue("8", "8 1 RUNNING\n8 2 PENDING\n", 3); len(states) != 2 {
		t.Errorf("states %v", states)
	}
}
