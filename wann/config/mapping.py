"""A config as a mapping, as programs write it: `{"task": {"env": "CartPole-v1"}, "run": {"seed": 3}}`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from wann.config.document import write_yaml
from wann.config.faults import Fault, Path, Place, config_error
from wann.config.loading import load_config, override, parse
from wann.config.models import Config

_WHERE = "config"
_LEAST = 'at least {"task": {"env": ...}}'


def config_of(config: Config | Mapping[str, Any] | str | FilePath, overrides: Sequence[str] = ()) -> Config:
    """Return a config that is given as such, as a mapping, or as the path of a YAML file.

    Args:
        config: a mapping is checked as a file is, and files that it names are from the working folder;
            NumPy's numbers and arrays, tuples and paths are taken for what they say.
        overrides: `--set` strings such as `search.population=64`; later ones win.

    Raises:
        ConfigError: the file cannot be read, or something in it, in the mapping or in an override is wrong.
    """
    if isinstance(config, Config):
        return override(config, overrides)
    if isinstance(config, Mapping):
        text = write_yaml(_plain(config, ()))
        return parse(text, _WHERE, Config, _LEAST, overrides, folder=FilePath(), numbered=False)
    return override(load_config(config), overrides)


def _plain(value: Any, path: Path) -> Any:
    """The same in values that YAML can hold.

    Raises:
        ConfigError: there is something else in it.
    """
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise _refused(path, f"the key {key!r:.60} is a {type(key).__name__}; expected a text")
        return {str(key): _plain(inner, (*path, str(key))) for key, inner in value.items()}
    if isinstance(value, list | tuple | range):
        return [_plain(inner, (*path, k)) for k, inner in enumerate(value)]
    if value is None or isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    what = f"got {value!r:.60}, a {type(value).__name__}"
    raise _refused(path, f"{what}; expected null, a number, a text, a list or a mapping")


def _refused(path: Path, words: str) -> Exception:
    return config_error([Fault(Place(_WHERE), path, words)])
