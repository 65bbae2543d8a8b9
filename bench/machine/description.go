package machine

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/klauspost/cpuid/v2"

	"anisgd/kernels/cpu"
)

// Description is what the system tells of a machine and of the program on it.
type Description struct {
	CPU string
	// Family and Model are the processor's numbers, 0 where there are none.
	Family, Model int
	Features      []string
	Cores         int // logical processors that may be used
	Levels        []Level
	Memory        float64 // bytes, 0 if unknown
	Governor      string  // of the clock; "" if unknown
	OS            string
	Arch          string
	// ArchLevel is GOAMD64, GOARM64 or their like of the build; "" if unknown.
	ArchLevel string
	Go        string
}

// Describe describes this machine, whose memory the caller knows.
func Describe(memory float64) Description {
	d := Description{
		CPU: cpu.Model(), Features: cpu.Features(), Cores: runtime.NumCPU(), Levels: Levels(), Memory: memory,
		OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(), ArchLevel: archLevel(), Governor: governor(),
	}
	d.Family, d.Model = cpu.Generation()
	if d.CPU == "" {
		d.CPU = strings.TrimSpace(cpuid.CPU.VendorString + " " + runtime.GOARCH)
	}
	return d
}

// Processor is the name with the numbers.
func (d *Description) Processor() string {
	if d.Family == 0 {
		return d.CPU
	}
	return fmt.Sprintf("%s (family %d, model %d)", d.CPU, d.Family, d.Model)
}

// ArchLevelKey names the setting of the build that ArchLevel is the value of, in
// lower case, as configuration lines are.
func (d *Description) ArchLevelKey() string { return "go" + d.Arch }

func archLevel() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "GO"+strings.ToUpper(runtime.GOARCH) {
			return s.Value
		}
	}
	return ""
}

// governor is how Linux chooses the clock of the first core.
func governor() string {
	text, err := os.ReadFile("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
