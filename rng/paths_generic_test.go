//go:build (!amd64 && !arm64) || purego

package rng

// paths lists every implementation that can run here.
func paths() []path {
	return []path{{"generic", func() func() { return func() {} }}}
}
