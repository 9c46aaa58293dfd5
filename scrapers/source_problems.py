"""What is wrong with a source's file, in the terms of TOML: one line a problem, naming file, line, key and value.

A validator speaks of Python's types and of each consequence of a mistake; here a misspelt key is told once, with what
was probably meant.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scrapers.registry import Source
from scrapers.source_files import SourceFile
from scrapers.spelling import did_you_mean, nearest

_WORDS = {
    "missing": "is missing",
    "tuple_type": "must be a list",
    "model_type": "must be a table",
    "dict_type": "must be a table",
    "union_tag_not_found": "kind is missing",
}

_BEGINNINGS = {"Value error, ": "", "Input should be": "must be", "String should": "must"}
"""Of a validator's sentences, and what stands in their place before a key's name."""

_SHOWN_CHARS = 120  # of a bad value, so that a message stays a line

Location = tuple[str | int, ...]


def describe_problems(error: ValidationError, file: SourceFile) -> Iterator[str]:
    """Yield a line for each problem of a file: `file:line: key: what (got value)`."""
    problems = error.errors(include_url=False)
    meant = {place for it in problems if it["type"] == "extra_forbidden" for place in _meant(it)}
    for it in problems:
        if it["type"] == "missing" and it["loc"] in meant:
            continue  # it is there, misspelt
        place, got = _place(it), _got(it)
        yield f"{file.place(place)}: {_in_words(it)}{f' (got {got})' if got else ''}"


def _meant(problem: ErrorDetails) -> list[Location]:
    """Return where the key that was meant by an unknown one would stand."""
    *table, key = problem["loc"]
    return [(*table, it) for it in nearest(str(key), _keys_beside(problem["loc"]))]


def _question(problem: ErrorDetails) -> str | None:
    return did_you_mean(str(problem["loc"][-1]), _keys_beside(problem["loc"]))


def _place(problem: ErrorDetails) -> Location:
    return (*problem["loc"], "kind") if problem["type"] == "union_tag_invalid" else problem["loc"]


def _in_words(problem: ErrorDetails) -> str:
    match problem["type"]:
        case "extra_forbidden":
            return ", ".join(filter(None, ("no such key", _question(problem))))
        case "union_tag_invalid":
            return f"must be one of {problem['ctx']['expected_tags']}"
        case "pattern_regex":
            return f"no regular expression: {_regex_fault(problem['input'])}"
        case kind:
            return _WORDS.get(kind) or _reworded(problem["msg"])


def _reworded(message: str) -> str:
    for beginning, ours in _BEGINNINGS.items():
        if message.startswith(beginning):
            return ours + message.removeprefix(beginning)
    return message


def _got(problem: ErrorDetails) -> str | None:
    """Return the value that is wrong, as it may be shown; None for one that is missing or a table."""
    value = problem["ctx"]["tag"] if problem["type"] == "union_tag_invalid" else problem["input"]
    is_table = isinstance(value, Mapping | BaseModel) or (isinstance(value, list) and any(map(_is_table, value)))
    if problem["type"] in ("missing", "union_tag_not_found") or is_table:
        return None
    # As written: `repr` would double the backslashes of a pattern.
    shown = f"'{value}'" if isinstance(value, str) and value.isprintable() and "'" not in value else repr(value)
    return shown[:_SHOWN_CHARS]


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _regex_fault(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return "cannot be compiled"


def _keys_beside(location: Sequence[str | int]) -> frozenset[str]:
    """Return the keys that may stand where a key was met, by the model of the table around it."""
    models: tuple[type[BaseModel], ...] = (Source,)
    for part in location[:-1]:
        within = tuple(it for model in models for it in _models_within(model, part))
        tagged = tuple(it for it in models if part in _kinds(it))
        models = within or tagged or models
    return frozenset(name for model in models for name in model.model_fields if name != "id")


def _models_within(model: type[BaseModel], part: str | int) -> list[type[BaseModel]]:
    field = model.model_fields.get(str(part))
    return _models_of(field.annotation) if field else []


def _models_of(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models_of(inner)]


def _kinds(model: type[BaseModel]) -> tuple[str, ...]:
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind else ()
