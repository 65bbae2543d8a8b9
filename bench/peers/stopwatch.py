"""Measures calls and prints them as Go's benchmarks are printed."""

import time


def fastest(call, seconds=0.3):
    """The seconds of the fastest of the calls made within some seconds, and their number."""
    best, end, calls = float("inf"), time.perf_counter() + seconds, 0
    while calls == 0 or time.perf_counter() < end:
        begin = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - begin)
        calls += 1
    return best, calls


def show(name, best, calls, operations=1, **metrics):
    """Prints what fastest found of calls of so many operations.

    The name is that of anisgd's own benchmark of the same work, with /peer=… after it.
    """
    extra = "".join(f" {value:.3g} {unit}" for unit, value in metrics.items())
    print(f"Benchmark{name} {calls * operations} {1e9 * best / operations:.6g} ns/op{extra}", flush=True)
