"""Values against limits: what differs in the last digits of a computed number alone is equal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def above(value: Floats, limit: Floats) -> npt.NDArray[np.bool_]:
    """Where a value is above a limit; never, where one is missing.

    0.9 is not above 3 * 0.3, which a computer has as 0.8999999999999999.
    """
    return (value > limit) & ~np.isclose(value, limit, rtol=1e-12, atol=0)


def below(value: Floats, limit: Floats) -> npt.NDArray[np.bool_]:
    """Where a value is below a limit; never, where one is missing."""
    return (value < limit) & ~np.isclose(value, limit, rtol=1e-12, atol=0)
