//go:build !purego

package cpu

import "runtime"

const buildKind = "architecture " + runtime.GOARCH
