"""A YAML document and the place (line, column) of everything in it.

YAML 1.2 core types, so that ``NO``, ``on`` and ``2015-03-01`` stay text; a number with leading
zeros (``010``) is text too, since in this field it is an identifier. Only plain data is built: tags
that ask for more are a problem, and so are duplicate keys and documents that unfold without end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from converters.errors import Problem, SpecError

Path_ = tuple[str | int, ...]
Place = tuple[int, int]

_MAX_BYTES = 5_000_000
_MAX_DEPTH = 60
_MAX_NODES = 200_000
_TAG = "tag:yaml.org,2002:"


class Decimal(float):
    """A number that remembers how it was written, so that ``1.50`` can be text again."""

    text: str


class _Loader(yaml.SafeLoader):
    """A loader that knows the types of YAML 1.2's core schema and no others."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    (
        "float",
        r"^[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$",
        "-+.0123456789",
    ),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
):
    _Loader.add_implicit_resolver(_TAG + _tag, re.compile(_pattern), list(_first))


class _Dumper(yaml.SafeDumper):
    """Writes what the loader reads back: text is in quotes only where it would be another type."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers

    def ignore_aliases(self, data: Any) -> bool:
        """Everything is written in its place."""
        return True


_Dumper.add_representer(
    Decimal,
    lambda dumper, value: dumper.represent_scalar(f"{_TAG}float", scalar_text(value)),
)


def as_yaml(name: str, data: Any) -> str:
    """``name: data`` as one line of YAML that gives the same data when it is read."""
    written = yaml.dump(
        {name: data},
        Dumper=_Dumper,
        default_flow_style=True,
        sort_keys=False,
        allow_unicode=True,
        width=10**9,
    )
    return written.rstrip("\n")[1:-1]


def scalar_text(value: object) -> str:
    """A scalar of a document as text, numbers as they were written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(getattr(value, "text", value))


@dataclass(frozen=True)
class Document:
    """``data`` is plain Python; ``places`` and ``keys`` give the place of each value and key.

    ``folded`` are the texts that go over several lines, in which no column can be told, ``files``
    the places whose rows are those of another file, with its name and their lines.

    A path such as ``("variables", "AESEV", "recode")`` names a place in the document.
    """

    file: str
    data: Any
    places: dict[Path_, Place] = field(default_factory=dict)
    keys: dict[Path_, Place] = field(default_factory=dict)
    folded: frozenset[Path_] = frozenset()
    files: Mapping[Path_, tuple[str, tuple[int, ...]]] = field(default_factory=dict)

    def problem(
        self, path: Path_, message: str, *, at_key: bool = False, offset: int = 0
    ) -> Problem:
        """A problem at a path, or at its nearest ancestor; ``offset`` moves right on the line."""
        for start, (file, lines) in self.files.items():
            if path[: len(start)] == start and len(path) > len(start):
                return Problem(file, lines[int(path[len(start)])], None, message)
        table = self.keys if at_key else self.places
        for length in range(len(path), -1, -1):
            place = table.get(path[:length]) or self.places.get(path[:length])
            if place:
                moved = 0 if length < len(path) or path in self.folded else offset
                return Problem(self.file, place[0], place[1] + moved, message)
        return Problem(self.file, 1, 1, message)


def load(path: Path, shown: str | None = None) -> Document:
    """Reads one YAML document; ``shown`` is the file's name in messages.

    Raises:
        SpecError: the file cannot be read or is not plain YAML; all problems that can be told.
    """
    file = shown or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SpecError(Problem(file, None, None, f"cannot be read: {error.strerror}")) from None
    if len(raw) > _MAX_BYTES:
        raise SpecError(Problem(file, None, None, f"is larger than {_MAX_BYTES:,} bytes"))
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SpecError(Problem(file, line, None, "is not UTF-8 text")) from None
    node = _compose(content, file)
    if node is None:
        raise SpecError(Problem(file, 1, 1, "is empty"))
    builder = _Builder(file)
    data = builder.build(node, (), 0)
    if builder.problems:
        raise SpecError(*builder.problems)
    return Document(file, data, builder.places, builder.keys, frozenset(builder.folded))


def plain_value(text: str) -> Any:
    """A text as the value that it would be in a document, unquoted: text, a number, a bool."""
    resolve: Any = _Loader("").resolve
    return _scalar(yaml.ScalarNode(resolve(yaml.ScalarNode, text, (True, False)), text))


def _compose(content: str, file: str) -> yaml.Node | None:
    try:
        depth = 0
        for event in yaml.parse(content, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_DEPTH:
                line = event.start_mark.line + 1 if event.start_mark else None
                raise SpecError(Problem(file, line, None, f"is nested deeper than {_MAX_DEPTH}"))
        return yaml.compose(content, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = " ".join(part for part in (error.context, error.problem) if part)
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise SpecError(Problem(file, line, column, f"YAML syntax: {words}")) from None
    except yaml.reader.ReaderError as error:
        line = content.count("\n", 0, error.position) + 1
        code = error.character if isinstance(error.character, int) else ord(error.character)
        message = f"YAML syntax: the character U+{code:04X} is not allowed"
        raise SpecError(Problem(file, line, None, message)) from None
    except RecursionError:
        raise SpecError(Problem(file, None, None, "is nested too deeply")) from None


class _Builder:
    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.places: dict[Path_, Place] = {}
        self.keys: dict[Path_, Place] = {}
        self.folded: set[Path_] = set()
        self.nodes = 0

    def build(self, node: yaml.Node, path: Path_, depth: int) -> Any:
        self.nodes += 1
        line, column = _place(node)
        self.places[path] = (line, column + (getattr(node, "style", None) in ("'", '"')))
        if isinstance(node, yaml.ScalarNode) and (
            node.style in ("|", ">") or node.end_mark.line > node.start_mark.line
        ):
            self.folded.add(path)
        if self.nodes > _MAX_NODES or depth > _MAX_DEPTH:
            raise SpecError(
                Problem(self.file, *_place(node), "its aliases unfold without reasonable end")
            )
        if not self._plain(node):
            return None
        if isinstance(node, yaml.MappingNode):
            return {
                key: self.build(value, (*path, key), depth + 1)
                for key, value in self._pairs(node, path)
            }
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, i), depth + 1) for i, item in enumerate(node.value)]
        try:
            return _scalar(node)
        except ValueError:
            kind = node.tag.removeprefix(_TAG)
            self._add(node, f"'{node.value}' is not of the type that its tag '!!{kind}' says")
            return None

    def _plain(self, node: yaml.Node) -> bool:
        kind = node.tag.removeprefix(_TAG)
        if kind in ("map", "seq", "str", "int", "float", "bool", "null"):
            return True
        shown = "!!" + kind if node.tag.startswith(_TAG) else node.tag
        self._add(node, f"the tag '{shown}' is not allowed: a spec holds plain data only")
        return False

    def _pairs(self, node: yaml.MappingNode, path: Path_) -> Iterator[tuple[str, yaml.Node]]:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._add(key_node, "a key must be a single word or text")
                continue
            key = key_node.value
            if key in seen:
                self._add(key_node, f"duplicate key '{key}' (first on line {seen[key]})")
                continue
            seen[key] = key_node.start_mark.line + 1
            self.keys[(*path, key)] = _place(key_node)
            yield key, value_node

    def _add(self, node: yaml.Node, message: str) -> None:
        self.problems.append(Problem(self.file, *_place(node), message))


def _place(node: yaml.Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    match node.tag.removeprefix(_TAG):
        case "bool":
            if text.lower() not in ("true", "false"):
                raise ValueError(text)
            return text.lower() == "true"
        case "null":
            return None
        case "int":
            return int(text) if len(text) < 19 else text
        case "float":
            number = Decimal(text)
            number.text = text
            return number
    return text
