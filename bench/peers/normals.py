"""Standard normals of NumPy and, where it is installed, PyTorch, written to an array of 2^20."""

import numpy as np

from stopwatch import fastest, show

try:
    import torch
except ImportError:
    torch = None

COUNT = 1 << 20


def name(kind, peer):
    return f"Normals/type={kind}/n={COUNT}/peer={peer}"


def numpy_normals(bits, kind, dtype):
    rng, out = np.random.Generator(bits(1)), np.empty(COUNT, dtype)
    show(name(kind, "NumPy-" + bits.__name__), *fastest(lambda: rng.standard_normal(out=out, dtype=dtype)))


def torch_normals(kind, dtype):
    out = torch.empty(COUNT, dtype=dtype)
    show(name(kind, "PyTorch"), *fastest(out.normal_))


if __name__ == "__main__":
    for kind, dtype in (("f64", np.float64), ("f32", np.float32)):
        numpy_normals(np.random.PCG64, kind, dtype)
        numpy_normals(np.random.SFC64, kind, dtype)
    if torch is not None:
        torch.set_num_threads(1)
        torch_normals("f64", torch.float64)
        torch_normals("f32", torch.float32)
