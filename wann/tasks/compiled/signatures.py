"""The signatures of the two kernels of compiled dynamics, apart from `dynamics.py`, as numba enters here."""

from __future__ import annotations

from numba import types

from wann.jit import floats

# observe(state, observation)
OBSERVE = types.void(floats, floats)

# step(state, action, reward, terminated): changes the state, writes rewards and 1.0 where an episode ended
STEP = types.void(floats, floats, floats, floats)
