package main

import "anisgd/kernels/_gen/arm64"

// neonWordsAbreast emits the words of runs side by side: wordsAbreast with one run to
// a register, and with keys where neonWords has them.
func neonWordsAbreast(a neon) {
	dst, tiles, keys := a.Argument("dst"), a.Argument("tiles"), a.Argument("keys")
	block, step := a.Argument("block"), a.Argument("step")
	counter := a.Vector()
	a.VDUPGeneral(arm64.D2, block, counter)
	a.Insert(arm64.D2, step, counter, 1)
	next := a.Constant(1, 0)
	const keysBytes = runsAbreast * keyBytes

	a.eachTile("wordsAbreastTile", dst, tiles, func(tile arm64.Memory) {
		states := a.Vectors(runsAbreast)
		for _, state := range states {
			a.Move(counter, state)
		}
		a.VADD(arm64.D2, next, counter, counter)
		address, left := a.General(), a.General()
		a.Copy(keys, address)
		a.Immediate(rounds-1, left)
		a.Label("wordsAbreastRound")
		for i, key := range a.loadVectors(arm64.Memory{Base: address}, runsAbreast) {
			a.AESE(key, states[i])
			a.AESMC(states[i], states[i])
		}
		a.ADDImmediate(keysBytes, address)
		a.SUBImmediate(1, left)
		a.CBNZ(left, "wordsAbreastRound")
		for i, key := range a.loadVectors(arm64.Memory{Base: address}, runsAbreast) {
			a.AESE(key, states[i])
		}
		for i, key := range a.loadVectors(arm64.Memory{Base: address, Offset: keysBytes}, runsAbreast) {
			a.VEOR(key, states[i], states[i])
		}
		// The states of even runs are before those of odd ones.
		const half = runsAbreast / 2
		low, high := a.Vectors(half), a.Vectors(half)
		for i := range half {
			a.VZIP1(arm64.D2, states[half+i], states[i], low[i])
			a.VZIP2(arm64.D2, states[half+i], states[i], high[i])
		}
		a.storeVectors(low, tile)
		a.storeVectors(high, tile.Plus(halfTile))
	})
	a.RET()
}

// neonUniformsInPlace emits uniforms where their words are.
func neonUniformsInPlace(a neon) {
	dst, tiles := a.Argument("dst"), a.Argument("tiles")
	smallest := a.BroadcastFloat64(0x1p-54)
	a.eachTile("uniformsInPlace", dst, tiles, func(tile arm64.Memory) {
		words := a.loadVectors(tile, tileBytes/neonBytes)
		for _, word := range words {
			a.uniform(smallest, word)
		}
		a.storeVectors(words, tile)
	})
	a.RET()
}
