//go:build purego

package cpu

const buildKind = "tag purego"
