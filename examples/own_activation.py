"""An activation of one's own: kernels, exports, drawings and reports are all made from its formula.

search:
  activations: [linear, step, own_activation.py:softsign]
"""

from __future__ import annotations

import numpy as np

from wann.activations import activation


@activation("x / (1 + |x|)", colour="#005f73", parity="odd", reach=4.0)
def softsign(x):
    """Softsign, made of + - * / > >=, np.abs, np.floor, np.minimum, np.maximum or `wann.formulas`."""
    return x / (1.0 + np.abs(x))
