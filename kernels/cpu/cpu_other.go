//go:build !amd64 || purego

package cpu

func missing(p Path) string {
	if p == Generic {
		return ""
	}
	return "is not part of this build (" + buildKind + ")"
}
