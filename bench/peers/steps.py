"""One-pass SGD of binary logistic regression with two power-law classes and opposite means, step by step, in NumPy as a
researcher writes it, in NumPy as fast as it goes, and, where it is installed, in PyTorch. One thread each."""

import math

import numpy as np

from stopwatch import fastest, show

try:
    from scipy.linalg.blas import daxpy
except ImportError:
    daxpy = None
try:
    import torch
except ImportError:
    torch = None

DIMS = ("1e3", "1e4", "1e5", "1e6")
SINGLE_DIMS = ("1e4", "1e6")  # in which anisgd's suite has steps in single precision
RATE = 0.3
LABELS = (1.0, -1.0)


def model(dim):
    """The mean of the first class, and the standard deviations of both."""
    u = np.arange(1, dim + 1) / dim
    return u**0.2 / np.sqrt(dim), np.sqrt(np.stack([u**1.1, u**1.5]))


def numpy_plain(dim):
    mean, deviation = model(dim)
    rng = np.random.default_rng(1)
    state = np.zeros(dim)

    def steps(count):
        nonlocal state
        for _ in range(count):
            c = rng.integers(2)
            label = LABELS[c]
            sample = label * mean + deviation[c] * rng.standard_normal(dim)
            gradient = -label / (1 + np.exp(label * (sample @ state)))
            state = state - (RATE / dim) * gradient * sample
        return state

    return steps


def numpy_best(dim):
    """The faster generator, labels drawn ahead, nothing allocated, tiles that stay in the cache, updates by BLAS."""
    mean, deviation = model(dim)
    means = np.stack([mean, -mean])
    rng = np.random.Generator(np.random.SFC64(1))
    state, sample = np.zeros(dim), np.empty(dim)
    tile = 8192
    tiles = [
        (sample[lo : lo + tile], state[lo : lo + tile], means[:, lo : lo + tile], deviation[:, lo : lo + tile])
        for lo in range(0, dim, tile)
    ]

    def steps(count):
        for c in rng.integers(2, size=count):
            score = 0.0
            for part, part_state, part_means, part_deviation in tiles:
                rng.standard_normal(out=part)
                part *= part_deviation[c]
                part += part_means[c]
                score += part @ part_state
            label = LABELS[c]
            daxpy(sample, state, a=(RATE / dim) * label / (1 + math.exp(label * score)))
        return state

    return steps


def torch_steps(dim, dtype):
    mean, deviation = (torch.tensor(array, dtype=dtype) for array in model(dim))
    means = torch.stack([mean, -mean])
    state, sample = torch.zeros(dim, dtype=dtype), torch.empty(dim, dtype=dtype)

    def steps(count):
        for c in np.random.default_rng(1).integers(2, size=count):
            sample.normal_().mul_(deviation[c]).add_(means[c])
            label = LABELS[c]
            state.add_(sample, alpha=(RATE / dim) * label / (1 + math.exp(label * float(sample @ state))))
        return state

    return steps


def measure(dim, precision, peer, make):
    count = max(1, 100_000 // int(float(dim)))
    steps = make(int(float(dim)))
    options = "" if precision == "f64" else f"precision={precision}/"
    name = f"Step/model=power-laws/loss=logistic/{options}d={dim}/peer={peer}"
    show(name, *fastest(lambda: steps(count)), operations=count)
    assert math.isfinite(float(steps(1).sum()))


if __name__ == "__main__":
    for dim in DIMS:
        measure(dim, "f64", "NumPy", numpy_plain)
        if daxpy is not None:
            measure(dim, "f64", "NumPy-best", numpy_best)
    if torch is not None:
        torch.set_num_threads(1)
        for dim in DIMS:
            measure(dim, "f64", "PyTorch", lambda d: torch_steps(d, torch.float64))
        for dim in SINGLE_DIMS:
            measure(dim, "f32", "PyTorch", lambda d: torch_steps(d, torch.float32))
