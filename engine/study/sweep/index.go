package sweep

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"anisgd/engine/study/store"
)

// WriteIndex lists the tasks of a store for a person: a header row and one row per
// task, with its name, what it is, the program and machine that computed it, its time
// in seconds times threads, and when it was done. Nothing is read from the list again.
func WriteIndex(w io.Writer, s *store.Store) error {
	names, err := s.Names()
	if err != nil {
		return err
	}
	table := csv.NewWriter(w)
	table.Write([]string{"task", "title", "program", "machine", "thread_seconds", "finished"})
	for _, name := range names {
		_, _, runs := parseRunsName(name)
		if !runs && !strings.HasPrefix(name, string(Limit)+"-") {
			continue
		}
		if m, err := readStoredManifest(s, name); err == nil {
			table.Write([]string{name, m.Title, m.Program, m.Machine, strconv.FormatFloat(m.Seconds, 'g', 4, 64), m.Finished.Format(time.RFC3339)})
		}
	}
	table.Flush()
	return table.Error()
}
