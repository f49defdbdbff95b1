"""Config files of `wann prune`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path as FilePath

from wann.config.faults import Path
from wann.config.loading import parse, text_of
from wann.config.prune_models import PruneConfig

Check = Callable[[PruneConfig], Iterable[tuple[Path, str]]]


def load_prune_config(
    path: str | FilePath, overrides: Sequence[str] = (), check: Check = lambda config: ()
) -> PruneConfig:
    """Read a config file of `wann prune`; files that it names are looked for as those of a search.

    Args:
        path: a YAML file.
        overrides: `--set` strings such as `training.epochs=5`; later ones win.
        check: what else is wrong with a config, as (path, words): names of methods are not known here.

    Raises:
        ConfigError: the file cannot be read, or something in it or in an override is wrong.
    """
    return parse_prune_config(text_of(FilePath(path)), str(path), overrides, check, FilePath(path).parent)


def parse_prune_config(
    text: str,
    where: str,
    overrides: Sequence[str] = (),
    check: Check = lambda config: (),
    folder: FilePath | None = None,
) -> PruneConfig:
    """Read a config of `wann prune` from YAML text; `where` and `folder` as of `parse_config`."""
    least = "at least task: {dataset: digits} and prune: {recipes: [magnitude], densities: [0.1]}"
    return parse(text, where, PruneConfig, least, overrides, check, folder)
