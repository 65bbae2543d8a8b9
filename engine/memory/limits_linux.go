package memory

import (
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// limits are all bounds on the memory of this process.
func limits() []float64 {
	var list []float64
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		list = append(list, float64(info.Totalram)*float64(info.Unit))
	}
	// The runtime of Go reserves addresses at the start, which count as used, and does so in large
	// pieces later; so does the C library for every thread.
	const share = 0.75
	addresses, data := used()
	for resource, taken := range map[int]float64{unix.RLIMIT_AS: addresses, unix.RLIMIT_DATA: data} {
		var limit unix.Rlimit
		if unix.Getrlimit(resource, &limit) == nil { // no limit is the largest number
			list = append(list, float64(share*(float64(limit.Cur)-taken)))
		}
	}
	groups, _ := os.ReadFile("/proc/self/cgroup") // without it there are none
	for _, file := range groupFiles(string(groups)) {
		if limit, known := readNumber(file); known {
			list = append(list, limit)
		}
	}
	return list
}

// used is how many bytes of addresses the process has, and of data among them.
func used() (addresses, data float64) {
	content, _ := os.ReadFile("/proc/self/statm")
	var pages [6]float64 // size, resident, shared, text, library, data: see proc(5)
	fields := strings.Fields(string(content))
	for n := range min(len(fields), len(pages)) {
		pages[n], _ = strconv.ParseFloat(fields[n], 64)
	}
	size := float64(os.Getpagesize())
	return size * pages[0], size * pages[5]
}

// groupFiles are the files with the limits of the control groups in the text of /proc/self/cgroup, and of the groups
// above them: a line is number:controllers:path, without controllers in version 2.
func groupFiles(text string) []string {
	var files []string
	for line := range strings.Lines(text) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) < 3 {
			continue
		}
		root, name := "/sys/fs/cgroup", "memory.max"
		if fields[1] != "" {
			if !strings.Contains(","+fields[1]+",", ",memory,") {
				continue
			}
			root, name = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		}
		for group := path.Clean("/" + fields[2]); ; group = path.Dir(group) {
			files = append(files, path.Join(root, group, name))
			if group == "/" {
				break
			}
		}
	}
	return files
}

// readNumber reads a file with one number; a limit that is not set is "max".
func readNumber(file string) (number float64, known bool) {
	content, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	number, err = strconv.ParseFloat(strings.TrimSpace(string(content)), 64)
	return number, err == nil
}
