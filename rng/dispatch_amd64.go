//go:build !purego

package rng

import "anisgd/kernels/cpu"

// useVAES chooses between the two forms of AES rounds; tests switch it.
var useVAES = cpu.HasVAES

func hasAssembly() bool { return cpu.Runs(cpu.AVX2) }

// The functions below are the assembly of the selected path.

// wordTiles fills whole tiles with the words of the counters (block, step),
// (block+1, step), …: in each tile 8 low words, then the 8 high words.
func wordTiles(dst *uint64, tiles int, keys []roundKey, block, step uint64) {
	key, last := (*[2]uint64)(&keys[0]), len(keys)-1
	switch {
	case !useVAES:
		wordsAESNI(dst, tiles, key, last, block, step)
	case cpu.Runs(cpu.AVX512) && last == rounds:
		wordsVAES512(dst, tiles, key, block, step)
	default:
		wordsVAES(dst, tiles, key, last, block, step)
	}
}

func wordsToNormals(dst *float64, tiles int) {
	if cpu.Runs(cpu.AVX512) {
		boxMullerAVX512(dst, tiles)
	} else {
		boxMullerAVX2(dst, tiles)
	}
}

func wordsToUniforms(dst *float64, tiles int) {
	if cpu.Runs(cpu.AVX512) {
		uniformsAVX512(dst, tiles)
	} else {
		uniformsAVX2(dst, tiles)
	}
}

func wordsToUniformsInPlace(dst *float64, tiles int) {
	if cpu.Runs(cpu.AVX512) {
		uniformsInPlaceAVX512(dst, tiles)
	} else {
		uniformsInPlaceAVX2(dst, tiles)
	}
}

func wordsToNormals32(dst *float32, words *uint64, tiles int) {
	if cpu.Runs(cpu.AVX512) {
		boxMuller32AVX512(dst, words, tiles)
	} else {
		boxMuller32AVX2(dst, words, tiles)
	}
}

func wordsToWidenedNormals(dst *float64, words *uint64, tiles int) {
	if cpu.Runs(cpu.AVX512) {
		boxMuller32WidenedAVX512(dst, words, tiles)
	} else {
		boxMuller32WidenedAVX2(dst, words, tiles)
	}
}

func wordsToSigns(dst *float64, words *uint64, count int) {
	if cpu.Runs(cpu.AVX512) {
		signsAVX512(dst, words, count)
	} else {
		signsAVX2(dst, words, count)
	}
}

func wordsToCentredUniforms(dst *float64, tiles int) {
	if cpu.Runs(cpu.AVX512) {
		centredUniformsAVX512(dst, tiles)
	} else {
		centredUniformsAVX2(dst, tiles)
	}
}
