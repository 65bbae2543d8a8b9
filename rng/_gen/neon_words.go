package main

import "anisgd/kernels/_gen/arm64"

// neonWords emits the words of tiles, one counter to a register. AESE adds the
// key before it substitutes and shifts, where AESENC adds it at the end: so the
// whitening key goes into the first AESE, each later one takes the key of the round
// before, and only the last key needs an addition of its own. AESE and AESMC of a
// state stay together, as processors run such a pair as one.
func neonWords(a neon) {
	dst, tiles := a.Argument("dst"), a.Argument("tiles")
	keys, rounds := a.Argument("keys"), a.Argument("rounds")
	block, step := a.Argument("block"), a.Argument("step")
	// counter is the tile's first counter. block is a multiple of 8, so a counter's
	// offset within the tile may be added by exclusive or.
	counter := a.Vector()
	a.VDUPGeneral(arm64.D2, block, counter)
	a.Insert(arm64.D2, step, counter, 1)
	next := a.Constant(tileBlocks, 0)
	var offsets []arm64.Vector
	for i := range uint64(tileBlocks) {
		offsets = append(offsets, a.Constant(i, 0))
	}
	// Of rounds+1 keys, all but the last two go with AESE and AESMC.
	a.SUBImmediate(1, rounds)

	a.eachTile("wordsTile", dst, tiles, func(tile arm64.Memory) {
		states := a.Vectors(tileBlocks)
		for i, state := range states {
			a.VEOR(offsets[i], counter, state)
		}
		a.VADD(arm64.D2, next, counter, counter)
		address, left := a.General(), a.General()
		a.Copy(keys, address)
		a.Copy(rounds, left)
		key := a.Vector()
		a.Label("wordsRound")
		a.Load(arm64.Memory{Base: address}, key)
		for _, state := range states {
			a.AESE(key, state)
			a.AESMC(state, state)
		}
		a.ADDImmediate(keyBytes, address)
		a.SUBImmediate(1, left)
		a.CBNZ(left, "wordsRound")
		last := a.Vector()
		a.LoadPair(arm64.Memory{Base: address}, key, last)
		for _, state := range states {
			a.AESE(key, state)
			a.VEOR(last, state, state)
		}
		low, high := a.Vectors(tileBlocks/2), a.Vectors(tileBlocks/2)
		for i := range low {
			a.VZIP1(arm64.D2, states[2*i+1], states[2*i], low[i])
			a.VZIP2(arm64.D2, states[2*i+1], states[2*i], high[i])
		}
		a.storeVectors(low, tile)
		a.storeVectors(high, tile.Plus(halfTile))
	})
	a.RET()
}
