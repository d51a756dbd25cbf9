"""How the benchmarks of single layers take the time."""

import timeit

import torch


def fastest(step, repeat: int = 15, number: int = 3) -> float:
    """Milliseconds of the fastest of `repeat` rounds of `number` calls."""
    return 1e3 * min(timeit.repeat(step, repeat=repeat, number=number)) / number


def both(module, shape) -> tuple[float, float]:
    """Milliseconds that a layer takes forward, and forward and back, on maps (N, C, H, W) as a ReLU leaves them."""
    torch.manual_seed(0)
    x = torch.randn(shape).relu().requires_grad_()
    with torch.no_grad():
        grad = torch.randn(module(x).shape)
        ahead = fastest(lambda: module(x))
    return ahead, fastest(lambda: module(x).backward(grad))
