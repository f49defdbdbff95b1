"""Every key in plain words, read from the models: for messages and for the page of the documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel

from wann.config.faults import Path, dotted
from wann.config.models import Config

_TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
    "choice": "name or mapping",
}
_PLURALS = {"integer": "whole numbers", "number": "numbers", "string": "names"}

Schema = dict[str, Any]
Model = type[BaseModel]


@cache
def _root(model: Model) -> Schema:
    return model.model_json_schema()


def _plain(schema: Schema, model: Model) -> Schema:
    """Return `schema` with its reference and its "or null" written out."""
    if "$ref" in schema:
        schema = _root(model)["$defs"][schema["$ref"].rpartition("/")[2]] | schema
    for option in schema.get("anyOf", ()):
        if option.get("type") != "null":
            schema = _plain(option, model) | schema | {"nullable": True}
    return schema


def schema_at(path: Sequence[str | int], model: Model = Config) -> Schema:
    """Return the JSON schema of the key or list item at `path`; `{}` where the models say nothing.

    `model` is the one of the whole file, here and below.
    """
    schema = _root(model)
    for part in path:
        inner = schema.get("items") if isinstance(part, int) else _property(schema, part)
        schema = _plain(inner or {}, model)
    return schema


def _property(schema: Schema, name: str) -> Schema | None:
    others = schema.get("additionalProperties")
    return schema.get("properties", {}).get(name, others if isinstance(others, dict) else None)


def known_keys(path: Sequence[str | int] = (), model: Model = Config) -> list[str]:
    """Return the keys of the section at `path`, in their order; `[]` where it is no section."""
    return list(schema_at(path, model).get("properties", ()))


def _leaves(model: Model, path: Path = ()) -> Iterator[Path]:
    for key in known_keys(path, model):
        below = (*path, key)
        if known_keys(below, model):
            yield from _leaves(model, below)
        else:
            yield below
            yield from _leaves(model, (*below, 0))


def all_keys(model: Model = Config) -> list[Path]:
    """Return the paths of all keys that are no sections, in order; those of a list's items for its first."""
    return list(_leaves(model))


def type_text(schema: Schema) -> str:
    """Return the type in plain words, such as "whole number or null"."""
    kind = schema.get("type", "")
    if kind == "array":
        text = f"list of {_PLURALS.get(schema['items'].get('type'), 'names or mappings')}"
    elif kind == "object":
        text = "mapping"
    else:
        text = "name" if "enum" in schema else _TYPES[kind]
    return f"{text} or null" if schema.get("nullable") else text


def number_text(number: float) -> str:
    """Return a bound as people write it: 10_000, 0.001, 1e12."""
    short = f"{number:.0e}".replace("e+0", "e").replace("e+", "e")
    if abs(number) >= 1e9 and float(short) == number:
        return short
    return f"{int(number):_}" if number == int(number) else f"{number:g}"


def _range_text(schema: Schema) -> str:
    if "exclusiveMaximum" in schema:
        return f"{number_text(schema['minimum'])} to below {number_text(schema['exclusiveMaximum'])}"
    return f"{number_text(schema['minimum'])} to {number_text(schema['maximum'])}"


def bounds_text(schema: Schema) -> str:
    """Return what values are allowed, such as "2 to 1_000_000"; empty where the type says it all."""
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    if "minimum" in schema:
        return _range_text(schema)
    if "maxLength" in schema:
        spaces = " without spaces" if "pattern" in schema else ""
        return f"{schema['minLength']} to {schema['maxLength']} characters{spaces}"
    if schema.get("type") == "array":
        count = f"{schema.get('minItems', 0)} to {number_text(schema['maxItems'])}"
        count += " different ones" if schema.get("uniqueItems") else ""
        each = bounds_text(schema["items"])
        return f"{count}, each {each}" if each else count
    return ""


def expected(path: Sequence[str | int], model: Model = Config) -> str:
    """Return what belongs at `path`, such as "a whole number, 2 to 1_000_000"."""
    schema = schema_at(path, model)
    if properties := schema.get("properties"):
        return "a section with the keys " + ", ".join(properties)
    text = type_text(schema)
    article = "" if text.startswith(("text", "true")) else "a "
    return ", ".join(filter(None, (article + text, bounds_text(schema))))


def _default_text(schema: Schema) -> str:
    if "default" not in schema:
        return "{}" if schema["type"] == "object" else "required"
    return json.dumps(schema["default"]).replace('"', "").replace(".0,", ",").replace(".0]", "]")


def describe_keys(model: Model = Config) -> list[tuple[str, str, str, str, str]]:
    """Return (path, type, default, bounds, description) of every key, in the order of the models."""
    found = ((dotted(path), schema_at(path, model)) for path in all_keys(model))
    return [(path, type_text(s), _default_text(s), bounds_text(s), s["description"]) for path, s in found]
