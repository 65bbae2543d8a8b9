//go:build !amd64 && !purego

package cpu

import "runtime"

const buildKind = "architecture " + runtime.GOARCH
