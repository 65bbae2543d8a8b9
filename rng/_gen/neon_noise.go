package main

import (
	"math"

	"anisgd/kernels/_gen/arm64"
)

// neonUniforms emits the uniforms in the order of the counters.
func neonUniforms(a neon) {
	dst, tiles := a.Argument("dst"), a.Argument("tiles")
	smallest := a.BroadcastFloat64(0x1p-54)
	a.eachTile("uniforms", dst, tiles, func(tile arm64.Memory) {
		const half = halfTile / neonBytes
		words := a.loadVectors(tile, 2*half)
		for _, word := range words {
			a.uniform(smallest, word)
		}
		for i := range half {
			low, high := words[i], words[half+i]
			first, second := a.Vector(), a.Vector()
			a.VZIP1(arm64.D2, high, low, first)
			a.VZIP2(arm64.D2, high, low, second)
			a.StorePair(first, second, tile.Plus(2*i*neonBytes))
		}
	})
	a.RET()
}

// neonSigns emits one bit to a sign: a shift brings each bit to the top of its lane,
// and the rest of the lane becomes that of 1.
func neonSigns(a neon) {
	dst, words, count := a.Argument("dst"), a.Argument("words"), a.Argument("count")
	one, sign := a.BroadcastFloat64(1), a.BroadcastBits64(1<<(bitsPerWord-1))
	oddBitFirst := a.Constant(1, 0)
	a.Label("signWord")
	// The lower lane has the bits of even number where the upper one has those after
	// them.
	pairs := a.Vector()
	a.Broadcast(arm64.D2, arm64.Memory{Base: words}, pairs)
	a.USHL(arm64.D2, oddBitFirst, pairs, pairs)
	for bit := 0; bit < bitsPerWord; bit += 4 {
		x := a.Vectors(2)
		for i := range x {
			if shift := bitsPerWord - 2 - (bit + 2*i); shift > 0 {
				a.VSHL(arm64.D2, shift, pairs, x[i])
			} else {
				x[i] = pairs
			}
			a.VBIF(sign, one, x[i])
		}
		a.storeVectors(x, arm64.Memory{Base: dst, Offset: bit * wordBytes})
	}
	a.ADDImmediate(wordBytes, words)
	a.ADDImmediate(bitsPerWord*wordBytes, dst)
	a.SUBImmediate(1, count)
	a.CBNZ(count, "signWord")
	a.RET()
}

// neonCentredUniforms emits the uniforms of unit variance: a word's upper 52 bits
// and half a step convert exactly.
func neonCentredUniforms(a neon) {
	dst, tiles := a.Argument("dst"), a.Argument("tiles")
	const unused = bitsPerWord - fractionBits
	kept, halfStep := a.BroadcastBits64(1<<bitsPerWord-1<<unused), a.BroadcastBits64(1<<(unused-1))
	half, scale := a.BroadcastFloat64(0.5), a.BroadcastFloat64(math.Sqrt(12))
	a.eachTile("centred", dst, tiles, func(tile arm64.Memory) {
		words := a.loadVectors(tile, tileBytes/neonBytes)
		for _, x := range words {
			a.VBIF(kept, halfStep, x)
			a.UCVTFFixed(arm64.D2, bitsPerWord, x, x)
			a.FSUB(arm64.D2, half, x, x)
			a.FMUL(arm64.D2, scale, x, x)
		}
		a.storeVectors(words, tile)
	})
	a.RET()
}
