"""Config files: read, overridden by `--set`, checked, written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path as FilePath

from pydantic import BaseModel

from wann.config.document import MAX_BYTES, Document, position, read_yaml, write_yaml
from wann.config.faults import Fault, Path, Place, config_error, dotted, shown
from wann.config.models import UNSCALED, Config
from wann.config.references import anchor
from wann.config.validation import Model, nearest, other_kind, validate
from wann.errors import did_you_mean


def is_config(path: str | FilePath) -> bool:
    """Whether a path is that of a config, by its ending."""
    return FilePath(path).suffix in (".yaml", ".yml")


def load_config(path: str | FilePath, overrides: Sequence[str] = ()) -> Config:
    """Read a config file; files that it names are looked for beside it, then in the working folder.

    Args:
        path: a YAML file.
        overrides: `--set` strings such as `search.population=64`; later ones win.

    Raises:
        ConfigError: the file cannot be read, or something in it or in an override is wrong.
    """
    return parse_config(text_of(FilePath(path)), str(path), overrides, FilePath(path).parent)


def parse_config(
    text: str, where: str, overrides: Sequence[str] = (), folder: FilePath | None = None
) -> Config:
    """Read a config from YAML text; `where` stands in messages in place of a file's name.

    With a `folder`, files that the config names are looked for there and become absolute; without one they
    stay as they are written.

    Raises:
        ConfigError: something in the text or in an override is wrong.
    """
    return parse(text, where, Config, "at least task: {env: ...}", overrides, folder=folder)


def parse(
    text: str,
    where: str,
    model: type[Model],
    least: str,
    overrides: Sequence[str] = (),
    check: Callable[[Model], Iterable[tuple[Path, str]]] = lambda config: (),
    folder: FilePath | None = None,
    numbered: bool = True,
) -> Model:
    """Read a config of some kind from YAML text.

    Args:
        text: the YAML.
        where: what stands in messages in place of a file's name.
        model: what kind of config it is.
        least: the least that such a config says, for people.
        overrides: `--set` strings.
        check: what else is wrong with a config, as (path, words).
        folder: where files that it names are, which become absolute; None leaves them as they are.
        numbered: whether messages name lines, of a text that somebody has written.

    Raises:
        ConfigError: something in the text or in an override is wrong.
    """
    document = read_yaml(text, lambda line, column: Place(where, line, column) if numbered else Place(where))
    if not document.faults and not isinstance(document.value, dict):
        got = "nothing" if document.value is None else shown(document.value)
        what = f"got {got}, expected the sections {', '.join(model.model_fields)}"
        document.faults.append(Fault(document.places[()], (), f"{what}; {least}"))
    for override in overrides:
        _override(document, override)
    config = None
    if isinstance(document.value, dict):
        if other := other_kind(document.value, model.__name__):
            raise config_error([Fault(document.places[()], (), other)])
        if folder is not None:
            anchor(document, folder)
        config, faults = validate(document.value, document.places, model)
        if config is not None:
            faults = [Fault(nearest(path, document.places), path, words) for path, words in check(config)]
        # What cannot be read is None here, and need not be told twice.
        told = {(fault.place, fault.path) for fault in document.faults}
        document.faults += [fault for fault in faults if (fault.place, fault.path) not in told]
    if config is None or document.faults:
        raise config_error(document.faults)
    return config


def override(config: Config, overrides: Sequence[str]) -> Config:
    """Return a config with `--set` overrides applied; files that it names are from the working folder.

    Raises:
        ConfigError: something in an override is wrong.
    """
    if not overrides:
        return config
    return parse_config(dump_config(config), "config", overrides, FilePath())


def rooted(config: Model) -> Model:
    """Return a config that names files by absolute paths, those it has without one in the working folder.

    Raises:
        ConfigError: there is no such file.
    """
    return parse(dump_config(config), "config", type(config), "", folder=FilePath())


def dump_config(config: BaseModel) -> str:
    """Return the resolved config as YAML: every key, in the models' order; parses to an equal config.

    A section that is null is left out.
    """
    return write_yaml({key: value for key, value in config.model_dump().items() if value is not None})


def config_hash(config: BaseModel) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of what differs from the defaults.

    So a key that a later version brings does not make another config of an old one. A scale of `none` was
    the default once, and is what null comes to.
    """
    said = config.model_dump(exclude_defaults=True)
    if said.get("task", {}).get("scale") == UNSCALED:
        del said["task"]["scale"]
    text = write_yaml(said)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def text_of(path: FilePath) -> str:
    """Return what a config file holds.

    Raises:
        ConfigError: it cannot be read.
    """
    file = Place(str(path))
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        near = sorted(p.name for p in path.parent.glob("*.y*ml")) if path.parent.is_dir() else []
        raise config_error([Fault(file, (), "no such file" + did_you_mean(path.name, near))]) from None
    except IsADirectoryError:
        raise config_error([Fault(file, (), "a directory: expected a YAML file")]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise config_error([Fault(file, (), f"cannot be read: {reason}")]) from None
    if len(data) > MAX_BYTES:
        raise config_error([Fault(file, (), "larger than 1 MB: expected a config of some lines")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        place = Place(str(path), *position(before, len(before)))
        fault = Fault(place, (), f"not UTF-8 text: byte 0x{data[error.start]:02x}")
        raise config_error([fault]) from None


def _override(document: Document, override: str) -> None:
    """Set one value in `document`, or note why it cannot be set."""
    place = Place(f"--set {override}")
    name, equals, text = override.partition("=")
    path: Path = tuple(part.strip() for part in name.split("."))
    if not equals or not all(path):
        what = "expected section.key=value, such as search.population=64"
        document.faults.append(Fault(place, (), what))
        return
    if not text.strip():
        document.faults.append(Fault(place, path, "nothing after '='; write null for none"))
        return
    read = read_yaml(text, lambda line, column: place, path)
    document.faults += read.faults
    if isinstance(document.value, dict) and not read.faults:
        _put(document, path, read)


def _put(document: Document, path: Path, read: Document) -> None:
    section = document.value
    for depth, part in enumerate(path[:-1], start=1):
        if section.get(part) is None:
            section[part] = {}
            document.places.setdefault(path[:depth], read.places[path])
        section = section[part]
        if not isinstance(section, dict):
            what = f"cannot be set: {dotted(path[:depth])} is {shown(section)}, not a section"
            document.faults.append(Fault(read.places[path], path, what))
            return
    section[path[-1]] = read.value
    for old in [place for place in document.places if place[: len(path)] == path]:
        del document.places[old]
    document.places.update(read.places)
