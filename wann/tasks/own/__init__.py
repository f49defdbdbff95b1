"""Python files of the user's own, named by their path: `/home/me/tracker.py:TrackerEnv`.

`loading.py` imports one by its path, `sources.py` says of which files it is made, and `environments.py` finds
an environment in it. Wrappers and criteria are found with `find_object` and `load_file`.
"""

from __future__ import annotations

from wann.tasks.own import activations as activations
from wann.tasks.own.loading import file_of, find_object, load_file, reload_if_changed
from wann.tasks.own.sources import digest, sources

__all__ = ["digest", "file_of", "find_object", "load_file", "reload_if_changed", "sources"]
