"""How the benchmarks of single layers take the time."""

import timeit


def fastest(step, repeat: int = 15, number: int = 3) -> float:
    """Milliseconds of the fastest of `repeat` rounds of `number` calls."""
    return 1e3 * min(timeit.repeat(step, repeat=repeat, number=number)) / number
