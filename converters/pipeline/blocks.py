"""Blocks of records and what is defined in each: the spec's words, and what the standard knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from converters.errors import Problem, nearest
from converters.mapping.document import Path_, scalar_text
from converters.mapping.settings import Settings
from converters.mapping.spec import BlockSpec, DatasetSpec, NotDone, Test, VariableSpec
from converters.pipeline.coding import coded
from converters.pipeline.responses import of_each_response, response_qualifiers
from converters.pipeline.unasked import SUMMARY_CODES, record_variables, special_rules
from converters.rules.definition import Definition, automatic, define
from converters.rules.registry import rules
from converters.rules.rule import Target
from converters.standards.model import FINDINGS
from converters.standards.sdtmig import Domain, DomainVariable
from converters.standards.terminology import Codelist, Terminology

#: What only a record with a result has.
_OF_RESULT = (
    *("ORRES", "ORRESU", "ORNRLO", "ORNRHI", "STRESC", "STRESN", "STRESU"),
    *("STNRLO", "STNRHI", "STNRC", "NRIND", "LLOQ", "ULOQ"),
)

#: What has one origin in all datasets, in those that are written too.
_IDENTIFIERS = ("STUDYID", "USUBJID")

#: Origins of what the standard makes, where they are not the rule's.
_ORIGINS = dict.fromkeys(("IECAT", "IESCAT"), "Assigned")  # by the code, as IETEST is


@dataclass(frozen=True)
class BlockPlan:
    """Records of one source made by one set of definitions; ``test`` is the one they are of.

    ``not_done``: they say that something was not done.
    """

    spec: BlockSpec
    test: Test | None
    definitions: Mapping[str, Definition]
    not_done: bool = False


class BlockBuilder:
    """Builds the blocks of one dataset and gathers what is wrong with its definitions."""

    def __init__(
        self,
        spec: DatasetSpec,
        domain: Domain,
        known: Mapping[str, DomainVariable],
        settings: Settings,
        *,
        specs: Mapping[str, DatasetSpec],
        before: Sequence[str] = (),
        headers: Mapping[str, Sequence[str]] | None = None,
        subjects: Mapping[str, str] | None = None,
    ) -> None:
        """``known`` are the variables the dataset may have; ``specs`` those of the whole study.

        ``before`` are the parts of a split dataset that come before this one; ``headers`` the
        sources' columns, if they are known; ``subjects`` the sources' expressions for USUBJID.
        """
        self.spec, self.domain, self.known = spec, domain, known
        self.settings, self.terminology, self.specs = settings, settings.terminology, specs
        self.before = tuple(before)
        self.headers = headers
        self.subjects = subjects or {}
        self.problems: list[Problem] = []
        self._omitted: set[str] = set()
        self._of_results = {
            "units": self.standard_units(),
            "quantification": spec.quantification,
        }
        self._unasked_qualifiers: dict[str, None] = {}

    def build(self) -> tuple[BlockPlan, ...]:
        """The blocks, every one with a definition of every variable of the dataset."""
        stated = [
            BlockPlan(block, test, self._stated(block, test, not_done=not_done), not_done)
            for block in self.spec.blocks
            for test, not_done in _members(block)
        ]
        names = {name for block in stated for name in block.definitions}
        unasked = [self._automatic(block.spec, block.definitions, names) for block in stated]
        names.update(*unasked)
        return tuple(
            replace(block, definitions=self._complete({**automatics, **block.definitions}, names))
            for block, automatics in zip(stated, unasked, strict=True)
        )

    def _stated(
        self, block: BlockSpec, test: Test | None, *, not_done: bool
    ) -> dict[str, Definition]:
        specs = {**self._of_records(block), **(self._of_test(block, test) if test else {})}
        specs |= {**self.spec.variables, **block.variables}
        if test is not None:
            own = test.keys.get("variables", {})
            specs |= {
                name: VariableSpec(name, keys, (*test.path, "variables", name))
                for name, keys in own.items()
            }
        specs |= {**self.spec.supplemental, **block.supplemental}
        if block.not_done and not_done:
            specs = self._without_result(specs, block.not_done)
        found = {}
        for name, item in specs.items():
            if item.keys.get("omit"):
                self._omit(item)
                continue
            definition = self._define(item)
            if definition is not None:
                found[name] = definition
        return self._coded(block, frozenset(found) | self._omitted) | found

    def _coded(self, block: BlockSpec, unmade: frozenset[str]) -> dict[str, Definition]:
        """What the dictionaries of a block make beside what the spec itself does."""
        found: dict[str, Definition] = {}
        for coding in block.codings:
            header = None if self.headers is None else self.headers.get(coding.source)
            made = coded(
                coding,
                self.domain,
                self.spec.name,
                self.known,
                self.settings.dictionaries,
                header,
                unmade,
            )
            for place, message in made.problems:
                self._problem(place, message)
            found |= made.definitions
        self._unasked_qualifiers |= {name: None for name in found if name not in self.known}
        return found

    def _omit(self, item: VariableSpec) -> None:
        variable = self.known.get(item.name)
        if variable is None or variable.core == "Req":
            what = "required" if variable else f"no variable of {self.spec.domain}"
            self._problem(item.path, f"{item.name}: is {what} and cannot be omitted", at_key=True)
        elif len(item.keys) > 1:
            self._problem(item.path, f"{item.name}: 'omit' stands alone")
        self._omitted.add(item.name)

    def _of_records(self, block: BlockSpec) -> dict[str, VariableSpec]:
        """Rows that a spec holds name its variables, and so do records made of others."""
        rows = dict.fromkeys(name for row in block.rows or () for name in row)
        keys: dict[str, Mapping[str, Any]] = {
            name: {"from": name, **({} if name in _IDENTIFIERS else {"origin": "Assigned"})}
            for name in rows
            if name not in SUMMARY_CODES
        }
        keys |= record_variables(block, self.specs)
        path = (*block.path, "rows") if rows else block.path
        return {
            name: VariableSpec(name, item, path)
            for name, item in keys.items()
            if name in self.known
        }

    def _without_result(
        self, specs: Mapping[str, VariableSpec], not_done: NotDone
    ) -> dict[str, VariableSpec]:
        """What is stated of records that say NOT DONE: all but the result (SDTMIG 4.5.1.2)."""
        prefix = self.domain.prefix
        dropped = {prefix + name for name in _OF_RESULT}
        implied: dict[str, dict[str, Any]] = {"STAT": {"assign": "NOT DONE"}}
        if not_done.reason:
            implied["REASND"] = {"from": not_done.reason}
        if not_done.test:
            implied["TESTCD"] = {"assign": not_done.test}
            dropped.add(f"{prefix}TEST")
        if not_done.label:
            implied["TEST"] = {"assign": not_done.label}
        kept = {name: item for name, item in specs.items() if name not in dropped}
        return kept | {
            prefix + name: VariableSpec(prefix + name, item, not_done.path)
            for name, item in implied.items()
        }

    def _of_test(self, block: BlockSpec, test: Test) -> dict[str, VariableSpec]:
        """What a test of a findings block says in fewer words."""
        keys, prefix = test.keys, self.domain.prefix
        quote = "'" if '"' in keys["from"] else '"'
        result = f"raw[{quote}{keys['from']}{quote}] is None"
        implied: dict[str, dict[str, Any]] = {
            "TESTCD": {"assign": test.code},
            "ORRES": {"from": keys["from"]},
        }
        if "label" in keys:
            implied["TEST"] = {"assign": keys["label"]}
        unit = keys.get("unit")
        if isinstance(unit, str):
            implied["ORRESU"] = {"assign": unit, "when": f"not ({result})"}
        elif unit is not None:
            implied["ORRESU"] = {"from": unit["from"], "when": f"not ({result})"}
        if block.not_done_of(test):
            implied["STAT"] = {"assign": "NOT DONE", "when": result}
        if reason := block.reason_of(test):
            implied["REASND"] = {"from": reason, "when": result}
        return {
            prefix + name: VariableSpec(prefix + name, item, test.path)
            for name, item in implied.items()
        }

    def _define(self, item: VariableSpec) -> Definition | None:
        target = self._target(item)
        try:
            definition = define(item, target).completed(self._of_results)
            definition = of_each_response(definition)
        except ValueError as error:
            self._problem(item.path, str(error))
            return None
        if target.codelists and "codelist" not in item.keys:
            changes = [*definition.changes, (rules()["codelist"], target.codelists[0].name)]
            changes.sort(key=lambda change: change[0].order)
            definition = replace(definition, changes=tuple(changes))
        for place, message, offset in definition.problems(self.settings):
            self._problem((*item.path, *place), f"{item.name}: {message}", offset)
        if definition.whole and len(item.path) > 2:
            message = (
                f"{item.name}: '{definition.rule.name}' looks at all records of the dataset:"
                " state it under the dataset's own 'variables'"
            )
            self._problem(item.path, message)
        return definition

    def _target(self, item: VariableSpec) -> Target:
        variable = self.known.get(item.name)
        if variable is None and not item.supplemental:
            message = (
                f"{item.name} is no variable of {self.spec.domain}"
                f"{nearest(item.name, self.known)}; non-standard variables go under 'supplemental'"
            )
            self._problem(item.path, message, at_key=True)
        if variable is not None and item.supplemental:
            message = f"{item.name} is a variable of {self.spec.domain}: move it to 'variables'"
            self._problem(item.path, message, at_key=True)
        kind = variable.kind if variable else "Char"
        return Target(
            self.spec.name, self.domain.name, item.name, kind, self._codelists(item, variable)
        )

    def _codelists(
        self, item: VariableSpec, variable: DomainVariable | None
    ) -> tuple[Codelist, ...]:
        named = item.keys.get("codelist")
        if named == "none":
            return ()
        if named is not None:
            names = named if isinstance(named, list) else [named]
            found = [self._codelist(item, str(name)) for name in names]
            return tuple(codelist for codelist in found if codelist is not None)
        standard = standard_codelists(variable, self.domain, self.terminology)
        if item.name == f"{self.domain.prefix}TESTCD" and "assign" in item.keys:
            code = scalar_text(item.keys["assign"])
            if not any(code in codelist for codelist in standard):
                return tuple(self.terminology.test_codelists(code)) or standard
        return standard

    def _codelist(self, item: VariableSpec, name: str) -> Codelist | None:
        codelist = self.terminology.get(name)
        if codelist is None:
            hint = nearest(name, self.terminology.names())
            message = f"{item.name}: unknown codelist '{name}' in {self.terminology.label}{hint}"
            self._problem((*item.path, "codelist"), message)
        return codelist

    def _complete(self, made: dict[str, Definition], names: set[str]) -> dict[str, Definition]:
        """All definitions of a block, in the order of writing; what it lacks is empty."""
        found = {}
        for name, variable in self.known.items():
            if name in made:
                found[name] = made[name]
            elif name not in self._omitted and (name in names or variable.core in ("Req", "Exp")):
                found[name] = automatic(self._standard_target(name), "empty")
        for name in dict.fromkeys((*self.spec.qualifiers, *self._unasked_qualifiers)):
            empty = Target(self.spec.name, self.domain.name, name, "Char")
            found[name] = made.get(name) or automatic(empty, "empty")
        return found

    def _standard_target(self, name: str) -> Target:
        variable = self.known[name]
        codelists = standard_codelists(variable, self.domain, self.terminology)
        return Target(self.spec.name, self.domain.name, name, variable.kind, codelists)

    def _automatic(
        self, block: BlockSpec, stated: Mapping[str, Definition], names: set[str]
    ) -> dict[str, Definition]:
        rule_of = dict(self._identifiers(block))
        rule_of |= dict(self._days(names))
        if self.domain.dataset_class in FINDINGS:
            rule_of |= dict(self._results(names))
        rule_of |= dict(special_rules(self.domain.name, names, self.specs))
        if block.visits_of is not None and self.settings.visits:
            rule_of["VISITDY"] = ("visit", "VISITNUM")
        along = self._along(stated)
        sequence = f"{self.domain.prefix}SEQ"
        if sequence in self.known:
            rule_of[sequence] = ("sequence", self._sequence({*names, *rule_of, *along}))
        found = {
            name: automatic(
                self._standard_target(name), rule, args, _ORIGINS.get(name, "")
            ).completed(self._of_results)
            for name, (rule, args) in rule_of.items()
            if name in self.known and name not in stated and name not in self._omitted
        }
        found |= along
        found |= self._responses(stated)
        test = f"{self.domain.prefix}TEST"
        if test in found:
            found[test] = self._paired(found[test], stated.get(f"{test}CD"))
        return found

    def _paired(self, test: Definition, code: Definition | None) -> Definition:
        """--TEST takes its names from the codelists that go with those of --TESTCD."""
        codelists = code.target.codelists if code else ()
        pairs = [pair for item in codelists if (pair := self.terminology.paired(item)) is not None]
        if not pairs:
            return test
        return replace(test, target=replace(test.target, codelists=tuple(pairs)))

    def _identifiers(self, block: BlockSpec) -> Iterator[tuple[str, tuple[str, Any]]]:
        yield "STUDYID", ("assign", self.settings.study_id)
        yield "DOMAIN", ("assign", self.domain.name)
        if block.rows is None and "USUBJID" in self.domain.owners:
            yield "USUBJID", ("subject", self.subjects.get(str(block.source)) or True)

    def _along(self, stated: Mapping[str, Definition]) -> dict[str, Definition]:
        """Variables that go together (VISIT, VISITNUM, VISITDY): who states one gets the others."""
        found: dict[str, Definition] = {}
        for definition in stated.values():
            for name in definition.rule.along(definition.args, definition.target, self.settings):
                if name in self.known and name not in {*stated, *found, *self._omitted}:
                    target = self._standard_target(name)
                    found[name] = replace(definition, target=target, changes=(), attributes={})
        return found

    def _responses(self, stated: Mapping[str, Definition]) -> dict[str, Definition]:
        """Each of several responses is a supplemental qualifier."""
        found: dict[str, Definition] = {}
        for name, definition in stated.items():
            own = (definition.attributes or {}).get("label")
            label = own or (self.known[name].label if name in self.known else name)
            for item in response_qualifiers(definition, str(label)):
                qualifier = item.target.name
                if qualifier in self.known or qualifier in found:
                    message = f"{name}: {qualifier}, for its responses, is a variable already"
                    self._problem(definition.path, f"{message}: state 'supplemental'")
                elif qualifier not in stated:
                    found[qualifier] = item
        self._unasked_qualifiers |= dict.fromkeys(found)
        return found

    def _days(self, names: Iterable[str]) -> Iterator[tuple[str, tuple[str, Any]]]:
        if "DM" not in self.specs or "USUBJID" not in self.domain.owners:
            return
        for name in names:
            if name.endswith("DTC") and name.startswith(self.domain.prefix):
                day = f"{name[:-3]}DY"
                if day in self.known:
                    yield day, ("study_day", name)

    def _results(self, names: Iterable[str]) -> Iterator[tuple[str, tuple[str, Any]]]:
        prefix = self.domain.prefix
        if f"{prefix}TESTCD" in names:
            yield f"{prefix}TEST", ("decode", f"{prefix}TESTCD")
        if f"{prefix}ORRES" in names:
            usual = {item.name for item in self.domain.variables}
            for name in (prefix + part for part in ("STRESC", "STRESN", "STRESU")):
                if name in usual:
                    yield name, ("standard_result", {})
        for part in ("LO", "HI"):
            if f"{prefix}ORNR{part}" in names:
                yield f"{prefix}STNR{part}", ("standard_limit", f"{prefix}ORNR{part}")

    def standard_units(self) -> dict[str, Any]:
        """The table of standard units: the dataset's, and what each test says of itself."""
        table = dict(self.spec.standard_units)
        for block in self.spec.blocks:
            for test in block.tests:
                entry, known = _units_of(test.keys), table.get(test.code, {})
                if not isinstance(known, Mapping):
                    known = {"unit": known}
                if entry:
                    factors = {**entry.get("from", {}), **known.get("from", {})}
                    table[test.code] = {**entry, **known, "from": factors}
        return table

    def _sequence(self, names: set[str]) -> dict[str, Any]:
        keys = [key for key in (self.spec.keys or self.domain.keys) if key in names]
        within = [key for key in self.domain.numbered_within if key not in self._omitted]
        by = [key for key in keys if key not in ("STUDYID", f"{self.domain.prefix}SEQ", *within)]
        found: dict[str, Any] = {"by": by or within or ["STUDYID"]}
        if within != ["USUBJID"]:
            found["within"] = within or ["STUDYID"]
        if self.before and within:
            found["after"] = list(self.before)
        return found

    def _problem(self, path: Path_, message: str, offset: int = 0, *, at_key: bool = False) -> None:
        problem = self.spec.document.problem(path, message, at_key=at_key, offset=offset)
        if problem not in self.problems:
            self.problems.append(problem)


def _members(block: BlockSpec) -> Iterator[tuple[Test | None, bool]]:
    """The kinds of records of a block: one a test, and those that say NOT DONE."""
    yield from ((test, False) for test in block.tests or (None,))
    if block.not_done and (block.not_done.test or not block.tests):
        yield None, True


def _units_of(keys: Mapping[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if "standard_unit" in keys:
        entry["unit"] = keys["standard_unit"]
    if {"factor", "offset"} & set(keys) and isinstance(keys.get("unit"), str):
        pair = {"factor": keys.get("factor", 1), "offset": keys.get("offset", 0)}
        entry["from"] = {keys["unit"]: pair}
    if "digits" in keys:
        entry = {"unit": keys.get("unit") if isinstance(keys.get("unit"), str) else None, **entry}
        entry["digits"] = keys["digits"]
    return entry


def standard_codelists(
    variable: DomainVariable | None, domain: Domain, terminology: Terminology
) -> tuple[Codelist, ...]:
    """The codelists that the standard names for a variable, as far as the terminology has them."""
    if variable is None:
        return ()
    found = [terminology.get(code) for code in variable.codelists]
    return tuple(item for item in found if item is not None)
