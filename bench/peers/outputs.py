"""One-pass SGD with one output per class as a researcher writes it in NumPy: one-hot least squares, step by step.

One thread of BLAS: set OPENBLAS_NUM_THREADS=1 (bench/peers/run does).
"""

import numpy as np

from stopwatch import fastest, show

STEPS = 60


def measure(classes, dim):
    rng = np.random.default_rng(1)
    mean = rng.standard_normal((classes, dim)) / np.sqrt(dim)
    deviation = np.sqrt((np.arange(1, dim + 1) / dim) ** 1.1)
    state = np.zeros((dim, classes))
    gamma = 0.3

    def steps():
        nonlocal state
        for label in rng.integers(classes, size=STEPS):
            sample = mean[label] + deviation * rng.standard_normal(dim)
            gradient = sample @ state
            gradient[label] -= 1
            state -= np.outer(sample, (gamma / dim) * gradient)

    name = f"Step/model=power-law/loss=least-squares/outputs={classes}/d=1e4/peer=NumPy"
    show(name, *fastest(steps), operations=STEPS)
    assert np.isfinite(state).all()


if __name__ == "__main__":
    for classes in (10, 100):
        measure(classes, 10_000)
