"""`python -m wann.config` prints docs/config.md."""

from __future__ import annotations

import sys

from wann.config.page import page

sys.stdout.write(page())
