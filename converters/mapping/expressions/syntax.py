"""The text of an expression to a small tree, and every way in which it can be wrong.

The text is scanned before Python's parser sees it: signs, words and numbers that the language does
not have are refused, brackets are counted, and what stands in quotes is blanked out (it is taken
from the text as it is, so a backslash is a backslash). Python's tree is then taken over node by
node from a fixed list.
"""

from __future__ import annotations

import ast
import keyword
import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn, TypeAlias

from converters.columns import parse_number
from converters.errors import nearest
from converters.mapping.expressions.functions import (
    FUNCTIONS,
    OTHER_NAMES,
    Constant,
    Function,
    Gives,
    Parameter,
)

MOST_CHARACTERS = 10_000
MOST_NODES = 2_000
DEEPEST = 100
DEEPEST_BRACKETS = 50
LONGEST_NUMBER = 40


class ExpressionError(ValueError):
    """An expression that cannot be used; ``column`` is the 1-based place in its text."""

    def __init__(self, message: str, column: int = 1) -> None:
        """Message and column, as they are kept."""
        super().__init__(message, column)
        self.message = message
        self.column = column

    def __str__(self) -> str:
        """The message alone; callers show the place their own way."""
        return self.message


class Ref(NamedTuple):
    """A column that an expression reads.

    ``scope`` is None for a bare name (a variable of this dataset or a raw column), ``raw`` for a
    raw column, else the name of a dataset such as ``DM``.
    """

    scope: str | None
    name: str


@dataclass(frozen=True)
class Literal:
    """A constant, and how it was written."""

    value: Constant
    written: str

    @property
    def is_missing(self) -> bool:
        """Whether it stands for a missing value (None or empty text)."""
        return self.value is None or self.value == ""


@dataclass(frozen=True)
class Column:
    """The values of a column."""

    ref: Ref


@dataclass(frozen=True)
class Chain:
    """``operands[0] operators[0] operands[1] ...``: each pair of neighbours must compare so."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True)
class Member:
    """Whether a value is (or, ``negated``, is not) in a list of literals."""

    item: Node
    values: tuple[Literal, ...]
    negated: bool


@dataclass(frozen=True)
class Junction:
    """All (``and``) or any (``or``) of some conditions."""

    operator: str
    conditions: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    condition: Node


@dataclass(frozen=True)
class Arithmetic:
    """Two numbers and one of ``+ - * / // % **``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Negative:
    """A number with its sign changed."""

    operand: Node


@dataclass(frozen=True)
class Choice:
    """``yes`` where ``condition`` holds, else ``no``."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True)
class Call:
    """A function of the fixed list, with all its arguments, defaults included."""

    name: str
    arguments: tuple[Node, ...]


Node: TypeAlias = (
    Literal | Column | Chain | Member | Junction | Not | Arithmetic | Negative | Choice | Call
)

_CONDITIONS = (Chain, Member, Junction, Not)


def gives(node: Node) -> Gives:
    """What a node gives, as far as that is known without the data (``value`` when it is not)."""
    match node:
        case Literal():
            if isinstance(node.value, bool):
                return "condition"
            return "text" if isinstance(node.value, str) and node.value else "number"
        case Column():
            return "value"
        case Arithmetic() | Negative():
            return "number"
        case Call():
            known = FUNCTIONS[node.name].gives
            return known if known != "value" else _meet(node.arguments)
        case Choice():
            return _meet((node.yes, node.no))
    return "condition"


def _meet(nodes: tuple[Node, ...]) -> Gives:
    """What a choice between nodes gives; missing takes the kind of the others."""
    present = [node for node in nodes if not (isinstance(node, Literal) and node.is_missing)]
    kinds = {gives(node) for node in present}
    if "text" in kinds:
        return "text"
    if "value" in kinds:
        return "value"
    return "condition" if kinds == {"condition"} and len(present) == len(nodes) else "number"


# Before Python's parser


_TOKEN = re.compile(
    r"""(?P<text>"[^"\n\r]*"|'[^'\n\r]*')
      | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?P<junk>[\w.]*))
      | (?P<word>[^\W\d]\w*)
      | (?P<open>[(\[]) | (?P<close>[)\]])
      | (?P<sign>[.,+\-*/%<>=]|!=)
      | (?P<blank>[ \t\r\n\f]+)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
#: Signs that nest without brackets: a sign before a sign, a power.
_DEEP = re.compile(r"(?:[-+]|\bnot\b)(?= *(?:[-+]|not\b))|\*\*")
_WORDS = frozenset({"and", "or", "not", "in", "is", "if", "else", "None", "True", "False"})
_INSTEAD = {
    "&": "write and",
    "|": "write or",
    "!": "write not, or != for not equal",
    "~": "write not, or != for not equal",
    "^": "write != for not equal, ** for a power",
    "{": "a list is written in [ ]",
    "}": "a list is written in [ ]",
    "#": "an expression has no comments",
    "\\": "a backslash can only stand inside quotes",
    "\N{LEFT DOUBLE QUOTATION MARK}": 'write straight quotes, "..."',
    "\N{RIGHT DOUBLE QUOTATION MARK}": 'write straight quotes, "..."',
    "\N{LEFT SINGLE QUOTATION MARK}": "write straight quotes, '...'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "write straight quotes, '...'",
}
#: What people write who think in SAS, SQL or R, looked for when an expression cannot be read.
_FOREIGN = (
    (r"<>|\*\*=", "write != for not equal"),
    (r"=<|=>", "write <= or >="),
    (r"(?<![<>=!])=(?!=)", "write == to compare"),
    (r"\b(?:eq|EQ)\b", "write == to compare"),
    (r"\b(?:ne|NE)\b", "write != to compare"),
    (r"\b(?:lt|LT)\b", "write <"),
    (r"\b(?:le|LE)\b", "write <="),
    (r"\b(?:gt|GT)\b", "write >"),
    (r"\b(?:ge|GE)\b", "write >="),
    (r"\b(?:AND|OR|NOT|IN|IS|IF|ELSE)\b", "write and, or, not, in, is, if, else in small letters"),
    (r"\b(?i:then)\b", 'a choice is written "A" if X == 1 else "B"'),
    (r"\b(?i:between)\b", "write 1 <= X <= 5"),
    (r"\b(?i:like)\b", "write starts_with, contains or matches"),
)


def _fail(message: str, column: int) -> NoReturn:
    raise ExpressionError(message, column)


def _scan(text: str) -> str:
    """The text with quoted parts blanked out and line ends made spaces, of the same length."""
    pieces: list[str] = []
    brackets: list[tuple[str, int]] = []
    before = ""
    for token in _TOKEN.finditer(text):
        kind, piece, column = str(token.lastgroup), token.group(), token.start() + 1
        if kind == "text":
            _text_token(text, before, column)
            piece = piece[0] + "x" * (len(piece) - 2) + piece[0]
        elif kind in ("open", "close"):
            _bracket(kind, piece, column, brackets)
        elif kind != "blank":
            _REFUSE[kind](token, column)
        pieces.append(piece if kind != "blank" else " " * len(piece))
        before = kind if kind != "blank" else before
    if brackets:
        _fail(f"'{brackets[-1][0]}' is not closed", brackets[-1][1])
    masked = "".join(pieces)
    # Python's parser goes as deep as these go, whatever room there is for it.
    deep = [found.start() for found in _DEEP.finditer(masked)]
    if len(deep) > DEEPEST:
        _fail(f"the expression is nested more than {DEEPEST} deep", deep[DEEPEST] + 1)
    chained = [found.start() for found in re.finditer(r"[-+*/%.]|(?<=[)\]])[(\[]", masked)]
    if len(chained) > MOST_NODES:
        _fail(f"the expression has more than {MOST_NODES} parts", chained[MOST_NODES] + 1)
    return masked


def _text_token(text: str, before: str, column: int) -> None:
    if before == "text":
        _fail("a comma or an operator is missing between two texts", column)
    if before == "word" and text[column - 2] not in " \t\r\n\f":
        _fail("write a space before the quotes; a text has no prefix", column)


def _bracket(kind: str, piece: str, column: int, brackets: list[tuple[str, int]]) -> None:
    if kind == "open":
        brackets.append((piece, column))
        if len(brackets) > DEEPEST_BRACKETS:
            _fail(f"brackets are nested more than {DEEPEST_BRACKETS} deep", column)
    elif not brackets or "([".index(brackets.pop()[0]) != ")]".index(piece):
        _fail(f"'{piece}' closes nothing that was opened", column)


def _number_token(token: re.Match[str], column: int) -> None:
    written = token.group()
    if token["junk"]:
        _fail(f"'{written[:LONGEST_NUMBER]}' is no number", column)
    if len(written) > LONGEST_NUMBER:
        _fail(f"a number has at most {LONGEST_NUMBER} digits; write text in quotes", column)
    if re.match(r"0[0-9]", written):
        _fail(f'a number has no leading zeros; text is written "{written}"', column)


def _word_token(token: re.Match[str], column: int) -> None:
    word = token.group()
    if keyword.iskeyword(word) and word not in _WORDS:
        _fail(f"'{word}' is a reserved word; a raw column is written raw[\"{word}\"]", column)
    if word.startswith("__") and word.endswith("__"):
        _fail(f"'{word}' is not a name that an expression can use", column)
    if not unicodedata.is_normalized("NFKC", word):
        _fail(f'a column with such characters is written raw["{word}"]', column)


def _other_token(token: re.Match[str], column: int) -> None:
    sign = token.group()
    if sign in "\"'":
        _fail("the text that begins here is not closed", column)
    shown = f"'{sign}'" if sign.isprintable() else f"the character U+{ord(sign):04X}"
    hint = _INSTEAD.get(sign, "")
    _fail(f"{shown} is not part of an expression" + (f": {hint}" if hint else ""), column)


_REFUSE: dict[str, Callable[[re.Match[str], int], None]] = {
    "number": _number_token,
    "word": _word_token,
    "sign": lambda token, column: None,
    "other": _other_token,
}


def parse_tree(text: str) -> tuple[Node, frozenset[Ref]]:
    """The tree of an expression and the columns it reads.

    Raises:
        ExpressionError: the text is no expression of the language, with the place.
    """
    if len(text) > MOST_CHARACTERS:
        _fail(f"an expression has at most {MOST_CHARACTERS} characters", MOST_CHARACTERS)
    if not text.strip():
        _fail("the expression is empty", 1)
    for place, sign in enumerate(text):
        if sign == "\0" or "\ud800" <= sign <= "\udfff":
            _fail(f"the character U+{ord(sign):04X} cannot stand in an expression", place + 1)
    masked = _scan(text)
    try:
        body = ast.parse(f"({masked})", mode="eval").body
        builder = _Builder(text, masked)
        return builder.node(body), frozenset(builder.refs)
    except SyntaxError as error:
        raise _unreadable(masked, error.offset) from None
    except (RecursionError, MemoryError, OverflowError):
        raise ExpressionError("the expression is nested too deep", 1) from None
    except ExpressionError:
        raise
    except ValueError as error:
        raise ExpressionError(f"the expression cannot be read: {error}", 1) from None


def _unreadable(masked: str, offset: int | None) -> ExpressionError:
    for pattern, hint in _FOREIGN:
        found = re.search(pattern, masked)
        if found:
            return ExpressionError(f"'{found.group()}': {hint}", found.start() + 1)
    column = min(max((offset or 2) - 1, 1), len(masked))
    return ExpressionError(
        "the expression cannot be read here: a value, an operator or a comma is missing or excess",
        column,
    )


# From Python's tree


_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


class _Builder:
    """Takes over one Python tree; ``refs`` collects the columns it reads."""

    def __init__(self, text: str, masked: str) -> None:
        self.text = text
        self.bytes = masked.encode()
        self.refs: set[Ref] = set()
        self.nodes = 0
        self.depth = 0
        self.known: dict[type[ast.AST], Callable[[Any], Node]] = {
            ast.Constant: self.literal,
            ast.Name: self.name,
            ast.Attribute: self.attribute,
            ast.Subscript: self.subscript,
            ast.Compare: self.compare,
            ast.BoolOp: self.junction,
            ast.UnaryOp: self.unary,
            ast.BinOp: self.arithmetic,
            ast.IfExp: self.choice,
            ast.Call: self.call,
        }

    def place(self, offset: int) -> int:
        """The 0-based character of a byte offset in the bracketed text."""
        return len(self.bytes[: max(offset - 1, 0)].decode(errors="ignore"))

    def column(self, tree: ast.expr) -> int:
        """The 1-based character where a tree begins."""
        return self.place(tree.col_offset) + 1

    def written(self, tree: ast.expr) -> str:
        """A tree as it stands in the text."""
        return self.text[self.place(tree.col_offset) : self.place(tree.end_col_offset or 0)]

    def node(self, tree: ast.expr) -> Node:
        """Any tree that the language has."""
        take = self.known.get(type(tree))
        self.nodes += 1
        if take is None:
            if isinstance(tree, (ast.List, ast.Tuple)):
                _fail('a list can only stand after in, as X in ["A", "B"]', self.column(tree))
            _fail("this is not part of the expression language", self.column(tree))
        if self.nodes > MOST_NODES:
            _fail(f"the expression has more than {MOST_NODES} parts", self.column(tree))
        if self.depth >= DEEPEST:
            _fail(f"the expression is nested more than {DEEPEST} deep", self.column(tree))
        self.depth += 1
        try:
            return take(tree)
        finally:
            self.depth -= 1

    def condition(self, tree: ast.expr) -> Node:
        """A tree that must be true or false."""
        node = self.node(tree)
        if gives(node) != "condition":
            _fail(not_a_condition(self.written(tree)), self.column(tree))
        return node

    def number(self, tree: ast.expr) -> Node:
        """A tree to calculate with."""
        node = self.node(tree)
        if isinstance(node, Literal) and isinstance(node.value, str) and not _numeric(node.value):
            hint = "concat(...) puts texts together"
            _fail(f"{node.written} is no number; {hint}", self.column(tree))
        return node

    def literal(self, tree: ast.Constant) -> Literal:
        """A number, a text, None, True or False."""
        written = self.written(tree)
        if isinstance(tree.value, str):
            return Literal(written[1:-1], written)
        if isinstance(tree.value, int | float) and not isinstance(tree.value, bool):
            number = float(written)
            if not math.isfinite(number):
                _fail(f"'{written}' is too large a number", self.column(tree))
            return Literal(tree.value if isinstance(tree.value, int) else number, written)
        if tree.value is None or isinstance(tree.value, bool):
            return Literal(tree.value, written)
        _fail("this is not part of the expression language", self.column(tree))

    def refer(self, scope: str | None, name: str) -> Column:
        """A column, noted as read."""
        self.refs.add(Ref(scope, name))
        return Column(Ref(scope, name))

    def name(self, tree: ast.Name) -> Column:
        """A bare name."""
        if tree.id == "raw":
            _fail('a raw column is written raw.NAME or raw["any name"]', self.column(tree))
        return self.refer(None, tree.id)

    def attribute(self, tree: ast.Attribute) -> Column:
        """DATASET.VARIABLE or raw.NAME."""
        if not isinstance(tree.value, ast.Name):
            _fail("only DATASET.VARIABLE and raw.NAME have a point", self.column(tree))
        return self.refer(tree.value.id, tree.attr)

    def subscript(self, tree: ast.Subscript) -> Column:
        """raw["any column name"]."""
        if not (isinstance(tree.value, ast.Name) and tree.value.id == "raw"):
            _fail('only raw has brackets, as raw["column name"]', self.column(tree))
        key = tree.slice
        name = self.literal(key).value if isinstance(key, ast.Constant) else None
        if not isinstance(name, str) or not name:
            _fail('raw takes one column name in quotes, as raw["column name"]', self.column(key))
        return self.refer("raw", name)

    def compare(self, tree: ast.Compare) -> Node:
        """Comparisons, chained ones too, and membership of a list."""
        if isinstance(tree.ops[0], ast.In | ast.NotIn) and len(tree.ops) == 1:
            values = self.values(tree.comparators[0])
            return Member(self.node(tree.left), values, isinstance(tree.ops[0], ast.NotIn))
        trees = [tree.left, *tree.comparators]
        operands = tuple(self.node(item) for item in trees)
        operators = []
        for place, operator in enumerate(tree.ops):
            pair = operands[place : place + 2]
            operators.append(self.operator(operator, pair, trees[place + 1]))
        return Chain(operands, tuple(operators))

    def operator(self, operator: ast.cmpop, pair: tuple[Node, ...], right: ast.expr) -> str:
        """One comparison; ``is`` is for None only, and missing has no order."""
        missing = any(isinstance(node, Literal) and node.is_missing for node in pair)
        if isinstance(operator, ast.Is | ast.IsNot):
            if not (isinstance(pair[1], Literal) and pair[1].value is None):
                _fail("is and is not are for None only; write == or !=", self.column(right))
            return "==" if isinstance(operator, ast.Is) else "!="
        if isinstance(operator, ast.In | ast.NotIn):
            _fail("in cannot be part of a chain; join conditions by and", self.column(right))
        sign = _COMPARISONS[type(operator)]
        if missing and sign not in ("==", "!="):
            _fail("a missing value has no order; write is None or is not None", self.column(right))
        return sign

    def values(self, tree: ast.expr) -> tuple[Literal, ...]:
        """The literals of a list."""
        if not isinstance(tree, ast.List | ast.Tuple):
            _fail(
                'after in stands a list, as ["A", "B"]; for part of a text write contains(X, "A")',
                self.column(tree),
            )
        if not tree.elts:
            _fail("the list is empty", self.column(tree))
        return tuple(self.element(item) for item in tree.elts)

    def element(self, tree: ast.expr) -> Literal:
        """One literal of a list."""
        bare = tree.operand if isinstance(tree, ast.UnaryOp) else tree
        node = self.node(tree) if isinstance(bare, ast.Constant) else None
        if not isinstance(node, Literal) or isinstance(node.value, bool):
            _fail('a list holds texts and numbers only, as ["A", "B"]', self.column(tree))
        return node

    def junction(self, tree: ast.BoolOp) -> Junction:
        """``and`` and ``or``."""
        operator = "and" if isinstance(tree.op, ast.And) else "or"
        return Junction(operator, tuple(self.condition(item) for item in tree.values))

    def unary(self, tree: ast.UnaryOp) -> Node:
        """``not`` and the minus sign."""
        if isinstance(tree.op, ast.Not):
            return Not(self.condition(tree.operand))
        if not isinstance(tree.op, ast.USub):
            _fail("this sign cannot stand before a value", self.column(tree))
        operand = self.number(tree.operand)
        if isinstance(operand, Literal) and type(operand.value) in (int, float):
            return Literal(
                -float(operand.value)
                if isinstance(operand.value, float)
                else -int(operand.value or 0),
                f"-{operand.written}",
            )
        return Negative(operand)

    def arithmetic(self, tree: ast.BinOp) -> Arithmetic:
        """``+ - * / // % **``."""
        sign = _ARITHMETIC.get(type(tree.op))
        if sign is None:
            _fail("this operator is not part of the expression language", self.column(tree.right))
        return Arithmetic(sign, self.number(tree.left), self.number(tree.right))

    def choice(self, tree: ast.IfExp) -> Choice:
        """``a if condition else b``."""
        return Choice(self.condition(tree.test), self.node(tree.body), self.node(tree.orelse))

    def call(self, tree: ast.Call) -> Call:
        """A function of the fixed list."""
        if not isinstance(tree.func, ast.Name):
            _fail("only the functions of the list can be called", self.column(tree))
        function = FUNCTIONS.get(tree.func.id)
        if function is None:
            _fail(unknown_function(tree.func.id), self.column(tree))
        if tree.keywords:
            _fail(
                f"arguments stand in order, without names: {function.signature}",
                self.column(tree.keywords[0].value),
            )
        return Call(function.name, self.arguments(function, tree))

    def arguments(self, function: Function, tree: ast.Call) -> tuple[Node, ...]:
        """All arguments of a call, checked, with the defaults of those left out."""
        parameters = list(function.parameters)
        if parameters[-1].many:
            parameters += parameters[-1:] * (len(tree.args) - len(parameters))
        least = sum(not item.optional for item in parameters)
        if not least <= len(tree.args) <= len(parameters):
            _fail(
                f"{_count(len(tree.args))} cannot be right for {function.signature}",
                self.column(tree),
            )
        given = [
            self.argument(function, parameter, item)
            for parameter, item in zip(parameters, tree.args, strict=False)
        ]
        rest = parameters[len(given) :]
        defaults = [Literal(item.default, _written_default(item.default)) for item in rest]
        return (*given, *defaults)

    def argument(self, function: Function, parameter: Parameter, tree: ast.expr) -> Node:
        """One argument: numbers and constants are checked now, not on the data."""
        if parameter.kind == "number":
            return self.number(tree)
        node = self.node(tree)
        if parameter.kind == "constant":
            value = node.value if isinstance(node, Literal) else None
            expected = parameter.check(value)
            if expected:
                _fail(
                    f"{parameter.name} of {function.signature} must be {expected}",
                    self.column(tree),
                )
        return node


def _written_default(value: Constant) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _count(arguments: int) -> str:
    return f"{arguments or 'no'} argument{'' if arguments == 1 else 's'}"


def _numeric(text: str) -> bool:
    return text == "" or not math.isnan(parse_number(text))


def not_a_condition(written: str) -> str:
    """The message for a value where a condition is expected."""
    shown = written if len(written) <= 40 else written[:37] + "..."
    return f"'{shown}' is a value and not a condition; compare it, as in X == \"Y\""


def unknown_function(name: str) -> str:
    """The message for a call of a name that is no function."""
    other = OTHER_NAMES.get(name.lower())
    hint = f" (did you mean '{other}'?)" if other else nearest(name, FUNCTIONS)
    return f"there is no function '{name}'{hint}"
