package sweep

import "sync"

// costs corrects predicted times by those that were seen, for every class of tasks.
type costs struct {
	mutex           sync.Mutex
	predicted, seen map[string]float64
}

// priorSeconds is how many seconds of tasks it takes until what was seen outweighs
// the prediction.
const priorSeconds = 0.1

func newCosts() *costs { return &costs{predicted: map[string]float64{}, seen: map[string]float64{}} }

// learn takes a finished task into account.
func (c *costs) learn(class string, predicted, seen float64) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.predicted[class] += predicted
	c.seen[class] += seen
}

// seconds is the corrected time of a task on one thread.
func (c *costs) seconds(t *Task) float64 {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return t.seconds * (c.seen[t.class] + priorSeconds) / (c.predicted[t.class] + priorSeconds)
}
