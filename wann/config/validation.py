"""Plain values to a Config, or to faults in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from wann.config.faults import Fault, Path, Place, dotted, shown
from wann.config.keys import all_keys, expected, known_keys, schema_at
from wann.errors import did_you_mean

Model = TypeVar("Model", bound=BaseModel)

_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?")

# pydantic's kinds of error -> what is wrong; every other kind is a wrong type.
_WRONG = {
    "finite_number": "not a finite number",
    "unknown_name": "unknown name",
    "literal_error": "unknown name",
    "string_pattern_mismatch": "not a name",
    "too_short": "too few",
    "too_long": "too many",
    "string_too_short": "too short",
    "string_too_long": "too long",
    "greater_than_equal": "out of range",
    "less_than_equal": "out of range",
    "less_than": "out of range",
}


def validate(
    values: dict[str, Any], places: Mapping[Path, Place], model: type[Model]
) -> tuple[Model | None, list[Fault]]:
    """Check what a config says.

    Args:
        values: the sections.
        places: path -> where that key or list item was written; it holds `()`.
        model: what kind of config it is.

    Returns:
        The config and no faults, or None and every fault.
    """
    try:
        # Without this, a missing section hides what is missing in it.
        return model.model_validate({"task": {}} | values), []
    except ValidationError as error:
        found = (_fault(dict(item), places, model) for item in error.errors(include_url=False))
        return None, [fault for fault in found if fault]


def other_kind(values: dict[str, Any], model: str) -> str:
    """Say so where the sections are those of a config of another command; else return an empty text.

    Args:
        values: the sections.
        model: the name of the model that they are wanted for.
    """
    prunes = "prune" in values
    searches = not prunes and bool(values.keys() & {"search", "run"})
    if model == "PruneConfig" and searches:
        return "is a config of a search; try: wann evolve (one of wann prune has a section 'prune')"
    if model != "PruneConfig" and prunes:
        return "is a config of wann prune (it has a section 'prune'), not of a search; try: wann prune"
    return ""


def _fault(error: dict[str, Any], places: Mapping[Path, Place], model: type[BaseModel]) -> Fault | None:
    kind, got = error["type"], error["input"]
    path = (*error["loc"], *error.get("ctx", {}).get("inner", ()))
    if kind == "too_short" and got:
        return None  # pydantic counts the good items only; the bad ones have faults of their own
    if kind == "extra_forbidden":
        text = _unknown_key(path, model)
    elif kind == "missing":
        text = "missing: " + schema_at(path, model)["description"].replace("`", "").rstrip(".")
    elif kind == "wann":
        text = error["msg"]
    else:
        wrong = _WRONG.get(kind, "wrong type")
        text = f"{wrong}: got {shown(got)}, expected {expected(path, model)}{_cure(got, path, model)}"
    return Fault(nearest(path, places), path, text)


def nearest(path: Path, places: Mapping[Path, Place]) -> Place:
    """Return the place of `path`, or of the innermost section around it that was written."""
    while path not in places:
        path = path[:-1]
    return places[path]


def _unknown_key(path: Path, model: type[BaseModel]) -> str:
    section, name = path[:-1], str(path[-1])
    if homes := [key for key in all_keys(model) if key[-1] == name]:
        there = " and ".join(f"'{dotted(home[:-1])}' ({dotted(home)})" for home in homes)
        return f"unknown key; it belongs to {there}"
    if near := did_you_mean(name, known_keys(section, model)):
        return f"unknown key{near}"
    elsewhere = {str(key[-1]): dotted(key) for key in all_keys(model)}
    for match in get_close_matches(name, elsewhere, n=1, cutoff=0.75):
        return f"unknown key; did you mean '{elsewhere[match]}'?"
    known = ", ".join(known_keys(section, model))
    return f"unknown key; the keys of {dotted(section) or 'a config'} are {known}"


def _cure(got: Any, path: Path, model: type[BaseModel]) -> str:
    schema = schema_at(path, model)
    kind = schema.get("type")
    if kind == "array" and not isinstance(got, list | dict):
        return f"; write [{shown(got)}]"
    if isinstance(got, float) and kind == "integer" and got.is_integer():
        return f"; write {int(got)}"
    if isinstance(got, str) and "enum" in schema:
        return did_you_mean(got, schema["enum"])
    if isinstance(got, str) and kind in ("integer", "number") and _NUMBER.fullmatch(got):
        return "; write it without quotes"
    return ""
