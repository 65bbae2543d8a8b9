"""One-pass SGD with one output per class as a researcher writes it in NumPy: one-hot least squares, step by step.

Prints, for K classes at dimension d, the fastest microseconds per step over several batches. One thread of BLAS:
set OPENBLAS_NUM_THREADS=1 (bench/peers/outputs does).
"""

import sys
import time

import numpy as np


def microseconds_per_step(classes, dim, batches=7, steps=60):
    rng = np.random.default_rng(1)
    mean = rng.standard_normal((classes, dim)) / np.sqrt(dim)
    deviation = np.sqrt((np.arange(1, dim + 1) / dim) ** 1.1)
    state = np.zeros((dim, classes))
    gamma = 0.3
    best = np.inf
    for _ in range(batches):
        labels = rng.integers(classes, size=steps)
        begin = time.perf_counter()
        for label in labels:
            sample = mean[label] + deviation * rng.standard_normal(dim)
            gradient = sample @ state
            gradient[label] -= 1
            state -= np.outer(sample, (gamma / dim) * gradient)
        best = min(best, (time.perf_counter() - begin) / steps)
    assert np.isfinite(state).all()
    return 1e6 * best


if __name__ == "__main__":
    print("numpy", np.__version__)
    for classes, dim in ((10, 10_000), (100, 10_000)):
        print(f"numpy K={classes} d={dim} us/step={microseconds_per_step(classes, dim):.2f}")
    sys.exit(0)
