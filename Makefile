# anisgd: one-pass SGD on anisotropic Gaussian mixtures, and its limit.
# Needs Go, make, git and the Go module proxy; `make test` also needs gcc for
# the race detector.

GO     ?= go
BIN    := bin/anisgd
GO_FILES := $(shell git ls-files '*.go' 2>/dev/null)

.PHONY: all build run test test-quick test-paths test-race test-arm64 test-slurm test-avx512 lint generate check-generate bench bench-kernels bench-peers check-instructions profile fuzz clean

all: build

build:
	$(GO) build -o $(BIN) ./cmd/anisgd

# The paper's figure 1: SGD over its limit, tables and plots under out/fig1.
run: build
	$(BIN) run fig1

# Everything that must hold: all tests on the best kernel path, and the bits on
# the others.
test: test-quick test-paths test-race test-arm64

test-quick:
	$(GO) test ./...

# The same tests on every other path of this machine: plain Go and the narrower
# registers forced by the environment, no assembly in the build, and the compiler
# free to fuse.
test-paths:
	ANISGD_KERNEL=generic $(GO) test ./kernels/... ./rng/... ./engine/...
	ANISGD_KERNEL=avx2 $(GO) test ./kernels/... ./rng/... ./engine/...
	$(GO) test -tags purego ./kernels/... ./rng/... ./engine/...
	GOAMD64=v3 $(GO) test ./kernels/... ./rng/... ./engine/...

test-race:
	$(GO) test -race -short ./engine/... ./cmd/...

# Under user-mode emulation; installs qemu-user-static where apt-get can.
test-arm64:
	./.ci/test-arm64

# A sweep over a real Slurm on this machine, compared with the local one; installs
# slurm-wlm where apt-get can.
test-slurm:
	./.ci/test-slurm

# Where the processor has AVX-512, on it; else under Bochs, which it installs where
# apt-get can, and tells what could not be run.
test-avx512:
	./.ci/test-avx512

lint:
	@unformatted=$$(gofmt -l $(GO_FILES)); if [ -n "$$unformatted" ]; then echo "gofmt wants: $$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -tags purego ./...
	GOARCH=arm64 $(GO) vet ./...
	$(GO) tool staticcheck ./...

# Assembly and tables are written by the generators in _gen directories.
generate:
	cd kernels/_gen && $(GO) run .
	cd rng/_gen && $(GO) run .
	cd kernels/elementary && $(GO) run ./_gen -o tables.go

check-generate: generate
	@changed=$$(git status --porcelain -- kernels rng engine); if [ -n "$$changed" ]; then \
		echo "generated files differ from what the generators write:"; echo "$$changed"; git diff --stat -- kernels rng engine; exit 1; fi

# Names and what they declare are documented beside the benchmarks.
bench:
	$(GO) test -run '^$$' -bench . ./kernels/... ./rng ./engine/...

# Every kernel on every path of this machine, from the first cache to memory, beside
# a naive twin and the roofline of the same run; the assembly by size, and that for
# arm64, whose speed only such a machine can tell.
bench-kernels: build
	GOOS=linux GOARCH=arm64 $(GO) build -o bin/anisgd-arm64 ./cmd/anisgd
	$(BIN) bench roofline
	$(BIN) bench roofline --assembly $(BIN)
	$(BIN) bench roofline --assembly bin/anisgd-arm64

# NumPy, SciPy, PyTorch, GSL, SUNDIALS and Go's own beside anisgd on the same work, in one run of about
# three minutes; installs Debian's packages where apt-get can, and tells what it skips.
bench-peers:
	GO=$(GO) bench/peers/run

# Instruction counts of small fixed runs against those kept: a slow-down shows on any
# machine, however busy.
check-instructions:
	./.ci/instructions

# Where the time of the main job goes: by phase of the work, and as a flame graph.
profile: build
	$(BIN) run fig1 --out out/fig1-profile --profile cpu --quiet
	$(GO) tool pprof -tags out/fig1-profile/cpu.pprof
	GO=$(GO) bench/flamegraph out/fig1-profile/cpu.pprof out/fig1-profile/flamegraph.html

# A short search, in every fuzz target, for input that breaks what reads experiment files, arrays, results, benchmarks and
# checkpoints, or tells kernel paths apart; what it finds is kept under testdata/fuzz. FUZZ names some: make fuzz FUZZ=FuzzParse.
FUZZTIME ?= 20s
FUZZ ?= ^Fuzz
fuzz:
	set -e; $(GO) test -list '$(FUZZ)' ./... | awk '/^Fuzz/ { names[++n] = $$1 } /^ok/ { for (i = 1; i <= n; i++) print $$2, names[i]; n = 0 }' | \
	while read -r package name; do \
		$(GO) test "$$package" -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x </dev/null; \
	done

clean:
	rm -rf bin out
