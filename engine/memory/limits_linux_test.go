package memory

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAvailable(t *testing.T) {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		t.Skip(err)
	}
	if a := Available(); !(a > 0 && a <= float64(info.Totalram)*float64(info.Unit)) || math.IsNaN(a) {
		t.Errorf("%g bytes of %g", a, float64(info.Totalram)*float64(info.Unit))
	}
	if addresses, data := used(); !(addresses > data && data > 0) {
		t.Errorf("%g addresses, %g of them data", addresses, data)
	}
}

// TestAddressesInUse: what the process has already is not there to be had.
func TestAddressesInUse(t *testing.T) {
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_AS, &old); err != nil {
		t.Skip(err)
	}
	addresses, _ := used()
	const left = 1 << 30
	limit := unix.Rlimit{Cur: uint64(addresses) + left, Max: old.Max}
	if err := unix.Setrlimit(unix.RLIMIT_AS, &limit); err != nil {
		t.Skip(err)
	}
	var taken unix.Rlimit
	err := unix.Getrlimit(unix.RLIMIT_AS, &taken)
	available := Available()
	if err := unix.Setrlimit(unix.RLIMIT_AS, &old); err != nil {
		t.Fatal(err)
	}
	if err != nil || taken.Cur != limit.Cur {
		t.Skip("the limit is not taken on: emulators of processors do not, as it would be theirs")
	}
	if available > left {
		t.Errorf("%g bytes, where %d are left", available, left)
	}
}

func TestGroupFiles(t *testing.T) {
	for text, want := range map[string][]string{
		"":       nil,
		"junk\n": nil,
		"0::/\n": {"/sys/fs/cgroup/memory.max"},
		"0::/a/b\n": {
			"/sys/fs/cgroup/a/b/memory.max", "/sys/fs/cgroup/a/memory.max", "/sys/fs/cgroup/memory.max",
		},
		"0::/../../x\n": {"/sys/fs/cgroup/x/memory.max", "/sys/fs/cgroup/memory.max"},
		"3:cpu,cpuacct:/u\n4:hugetlb,memory:/job:1\n": {"/sys/fs/cgroup/memory/job:1/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.limit_in_bytes"},
	} {
		if got := groupFiles(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestReadNumber(t *testing.T) {
	file := filepath.Join(t.TempDir(), "memory.max")
	for text, want := range map[string]float64{"max\n": -1, "": -1, "1073741824\n": 1 << 30} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, known := readNumber(file); known != (want >= 0) || known && got != want {
			t.Errorf("%q: %g, %v", text, got, known)
		}
	}
	if _, known := readNumber(file + "x"); known {
		t.Error("a file that is not there has a number")
	}
}
