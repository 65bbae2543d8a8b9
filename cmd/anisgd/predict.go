package main

import (
	"fmt"
	"math"
	"time"
)

func formatBytes(bytes float64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}
	n := 0
	for bytes >= 1000 && n < len(units)-1 {
		bytes /= 1000
		n++
	}
	return fmt.Sprintf("%.3g %s", bytes, units[n])
}

// formatSeconds writes a duration as a person would say it.
func formatSeconds(seconds float64) string {
	switch {
	case seconds < 10:
		return fmt.Sprintf("%.2g s", seconds)
	case seconds < 2*3600:
		return time.Duration(math.Round(seconds) * 1e9).String()
	case seconds < 48*3600:
		return fmt.Sprintf("%.3g hours", seconds/3600)
	}
	return fmt.Sprintf("%.3g days", seconds/86400)
}
