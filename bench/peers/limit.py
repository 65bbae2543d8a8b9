"""The limit of binary logistic regression with two power-law classes, over all modes, by SciPy's explicit methods.

The state is the mean of the parameters and their covariance mode by mode, in units in which both are of order 1:
√d x̄ and C. The Gaussian expectations are sums over a grid fine enough for 1e-14.
"""

import sys

import numpy as np
from scipy.integrate import solve_ivp

from stopwatch import fastest, show

RATE, END = 0.7, 50.0
RISKS = {"1e4": 0.219466749727, "1e5": 0.219470077202, "1e6": 0.219470449087}  # converged
GRID = np.linspace(-9, 9, 97)
WEIGHTS = np.exp(-0.5 * GRID**2)
WEIGHTS /= WEIGHTS.sum()


class Limit:
    def __init__(self, dim):
        u = np.arange(1, dim + 1) / dim
        self.dim = dim
        self.eigenvalues = np.stack([u**1.1, u**1.5])
        self.mean = u**0.2
        self.evaluations = 0

    def margins(self, state):
        """The margin y·r of both classes on the grid."""
        mean, covariance = state[: self.dim], state[self.dim :]
        variance = self.eigenvalues @ (mean * mean + covariance) / self.dim
        return self.mean @ mean / self.dim + np.sqrt(variance)[:, None] * GRID

    def risk(self, state):
        return np.mean(np.logaddexp(0, -self.margins(state)) @ WEIGHTS)

    def __call__(self, _, state):
        self.evaluations += 1
        mean, covariance = state[: self.dim], state[self.dim :]
        wrong = 1 / (1 + np.exp(self.margins(state)))
        gradient = wrong @ WEIGHTS
        noise = (wrong * wrong) @ WEIGHTS
        relaxation = (0.5 * RATE * (gradient - noise)) @ self.eigenvalues
        derivative = np.empty_like(state)
        derivative[: self.dim] = 0.5 * RATE * gradient.sum() * self.mean - relaxation * mean
        derivative[self.dim :] = (0.5 * RATE**2 * noise) @ self.eigenvalues - 2 * relaxation * covariance
        return derivative


def measure(dim, method):
    limit = Limit(int(float(dim)))
    solution = None

    def solve():
        nonlocal solution
        limit.evaluations = 0
        solution = solve_ivp(limit, (0, END), np.zeros(2 * limit.dim), method, t_eval=[END], rtol=1e-6, atol=1e-9)

    best, calls = fastest(solve)
    error = abs(limit.risk(solution.y[:, -1]) / RISKS[dim] - 1)
    if error > 1e-5:
        sys.exit(f"SciPy {method}: the risk at d = {dim} is off by {error:.1e}")
    show(f"Solve/method=dopri5/d={dim}/peer=SciPy-{method}", best, calls, rhs=limit.evaluations, error=error)


if __name__ == "__main__":
    for dim in RISKS:
        for method in ("RK45", "DOP853"):
            measure(dim, method)
