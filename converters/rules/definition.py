"""A definition: the rule, its arguments and the modifiers that make one variable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from converters.dataset import Origin
from converters.mapping.document import Path_, as_yaml, scalar_text
from converters.mapping.expressions import ExpressionError, parse
from converters.mapping.metadata import method_text
from converters.mapping.metadata import origin as stated_origin
from converters.mapping.settings import Settings
from converters.mapping.spec import VariableSpec
from converters.rules.english import lowered
from converters.rules.metadata_schema import COMMENT, LABEL, METHOD, ORIGIN
from converters.rules.registry import modifiers, rules, value_rules
from converters.rules.rule import Reads, Rule, Target

#: Origins that do not go by the rule: identifiers, codes and names that the sponsor gives
#: (SDTM Metadata Submission Guidelines 2.0), one and the same in all datasets.
_USUAL = {"STUDYID": "Protocol", "USUBJID": "Derived"}
_USUAL |= dict.fromkeys(("DOMAIN", "RDOMAIN", "VISITNUM", "TESTCD", "TEST"), "Assigned")
_USUAL |= dict.fromkeys(("ARMCD", "ARM", "ACTARMCD", "ACTARM"), "Assigned")

#: What may be said of a variable beside its rules.
ATTRIBUTES: Mapping[str, Any] = {
    "label": LABEL,
    "omit": {"const": True, "description": "Leave out a variable that comes unasked."},
    "comment": COMMENT,
    "method": METHOD,
    "origin": ORIGIN,
}


@dataclass(frozen=True)
class Definition:
    """How one variable is made. ``path`` is its place in the spec, empty for what no spec says."""

    target: Target
    rule: Rule
    args: Any
    changes: tuple[tuple[Rule, Any], ...] = ()
    attributes: Any = None
    path: Path_ = ()
    automatic: bool = False

    def completed(self, said: Mapping[str, Any]) -> Definition:
        """With what the dataset says for all its results, as far as the rule asks for it."""
        if not self.rule.of_dataset:
            return self
        args = self.args if isinstance(self.args, Mapping) else {"column": self.args}
        return replace(self, args={**{name: said[name] for name in self.rule.of_dataset}, **args})

    @property
    def key(self) -> str:
        """Equal for definitions that do the same."""
        rules = [(self.rule.name, self.args), *((rule.name, args) for rule, args in self.changes)]
        codelists = [codelist.label for codelist in self.target.codelists]
        return repr((_as_written(rules), self.automatic, codelists))

    def reads(self) -> Reads:
        """All that the rule and the modifiers read, with places below the variable.

        Raises:
            ExpressionError: an argument that should be an expression is none.
        """
        found = [(self.rule.name, self.rule.reads(self.args, self.target))]
        found += [(rule.name, rule.reads(args, self.target)) for rule, args in self.changes]

        def gather(kind: str) -> tuple[Any, ...]:
            return tuple(
                ((name, *place), item)
                for name, reads in found
                for place, item in getattr(reads, kind)
            )

        return Reads(*(gather(name) for name in Reads.__dataclass_fields__))

    @property
    def whole(self) -> bool:
        """Whether the rule looks at all records of the dataset at once."""
        whole = self.rule.whole
        return whole(self.args, self.target) if callable(whole) else whole

    def problems(self, settings: Settings) -> Iterator[tuple[Path_, str, int]]:
        """(place below the variable, message, offset in the text) for all that is wrong."""
        for rule, args in ((self.rule, self.args), *self.changes):
            for found in (rule.check(args), rule.fits(args, self.target, settings)):
                for place, message in found:
                    yield (rule.name, *place), message, 0

    def words(self) -> str | None:
        """How the value is made, for Define-XML; None where there is nothing to tell."""
        stated = method_text(self.attributes.get("method")) if self.attributes else None
        if stated is not None:
            return stated
        told = [self.rule.words(self.args, self.target)]
        told += [rule.words(args, self.target) for rule, args in self.changes]
        words = " ".join(text for text in told if text)
        when = next((args for rule, args in self.changes if rule.name == "when"), None)
        if words and when is not None:
            return f"Only where {parse(when).words()}: {lowered(words)}"
        return words or None

    def written(self) -> str:
        """The rule and its modifiers as the spec has them, or would have what comes unasked."""
        stated = self.attributes or {}
        if "written" in stated:
            return str(stated["written"])
        said = {key: value for key, value in stated.items() if key in rules()}
        if self.rule.name not in said or self.rule.of_dataset:
            said = {self.rule.name: self.args, **said, self.rule.name: self.args}
        if self.rule.of_dataset:
            said[self.rule.name] = {k: v for k, v in self.args.items() if v not in (None, {}, ())}
        said = {key: {} if value is True else value for key, value in said.items()}
        return as_yaml(self.target.name, said)

    def origin(self) -> Origin:
        """The origin that the spec states, else what is usual of the variable, else the rule's."""
        stated = self.attributes.get("origin") if self.attributes else None
        default = self.rule.origin(self.args, self.target)
        if default.type != "Not Available":
            usual = _USUAL.get(self.target.name.removeprefix(self.target.prefix))
            usual = _USUAL.get(self.target.name, usual)
            default = Origin(usual, "Sponsor") if usual else default
        if stated is None:
            return default
        origin = stated_origin(stated, default)
        if origin.type == "Predecessor" and not origin.predecessor:
            return replace(origin, predecessor=self._copied())
        return origin

    def _copied(self) -> str:
        """The variable that the value is a copy of, as ``DATASET.VARIABLE``; empty: it is none."""
        if self.rule.name == "lookup" and isinstance(self.args.get("take"), str):
            return f"{self.args.get('dataset', '')}.{self.args['take']}".lstrip(".")
        if self.rule.name not in ("formula", "from"):
            return ""
        try:
            column = parse(str(self.args)).column
        except ExpressionError:
            return ""
        if column is None or column.scope in (None, "raw"):
            return ""
        return f"{column.scope}.{column.name}"


def _as_written(args: Any) -> Any:
    """Arguments with every scalar as the spec has it: 1.50 is not 1.5."""
    if isinstance(args, Mapping):
        return {key: _as_written(item) for key, item in args.items()}
    if isinstance(args, list | tuple):
        return [_as_written(item) for item in args]
    return args if args is None or isinstance(args, str) else (scalar_text(args),)


def define(spec: VariableSpec, target: Target) -> Definition:
    """The definition that a spec states.

    Raises:
        ValueError: the spec names no rule, or more than one.
    """
    named = [name for name in spec.keys if name in value_rules()]
    if len(named) != 1:
        known = ", ".join(value_rules())
        if named:
            raise ValueError(f"{spec.name}: has {len(named)} rules ({', '.join(named)}); keep one")
        raise ValueError(f"{spec.name}: names no rule; expected one of: {known}")
    changes = tuple(
        (rule, spec.keys[name]) for name, rule in modifiers().items() if name in spec.keys
    )
    return Definition(target, rules()[named[0]], spec.keys[named[0]], changes, spec.keys, spec.path)


def automatic(target: Target, rule: str, args: Any = True, origin: str = "") -> Definition:
    """A definition that the standard states and no spec need repeat."""
    attributes = {"origin": origin} if origin else None
    return Definition(target, rules()[rule], args, attributes=attributes, automatic=True)
