"""Where-clauses: comparisons that can hold, of items that there are, with values that there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from converters.define.check.rule import Check, Rule, at_definition
from converters.define.check.walk import NUMBERS, at_use, called, coded, is_number, listed, named
from converters.define.elements import ItemRef, RangeCheck, ValueListDef, WhereClauseDef
from converters.define.index import Index, Use
from converters.define.terms import COMPARATORS
from converters.errors import nearest
from converters.findings import Finding, Severity

_EMPTY = Rule("define-where-empty", Severity.ERROR, ("DD0006",))
_COMPARATOR = Rule("define-where-comparator", Severity.ERROR)
_COUNT = Rule("define-where-values", Severity.ERROR)
_REPEATED = Rule("define-where-value-repeated", Severity.WARNING)
_SOFT = Rule("define-where-soft-hard", Severity.ERROR, ("DD0044",))
_VALUE = Rule("define-where-value-unknown", Severity.ERROR)
_NUMBER = Rule("define-where-not-a-number", Severity.ERROR)
_ORDER = Rule("define-where-order-of-text", Severity.WARNING)
_DATASET = Rule("define-where-other-dataset", Severity.WARNING)
_NEVER = Rule("define-where-never-holds", Severity.ERROR)
_SAME = Rule("define-where-duplicate", Severity.ERROR)
_OVERLAP = Rule("define-where-overlap", Severity.WARNING)

_SETS = ("IN", "NOTIN")
_ORDERED = ("LT", "LE", "GT", "GE")


def check_comparisons(index: Index) -> Iterator[Finding]:
    """A where-clause has comparisons, each Soft, with as many values as its comparator takes."""
    for clause in index.metadata.where_clauses:
        if not clause.checks:
            message = f"where-clause {clause.oid}: it has no RangeCheck"
            yield _EMPTY.at(at_definition(clause, clause.oid), message)
        for check in clause.checks:
            place, what = at_definition(check, clause.oid), f"where-clause {clause.oid}"
            given = check.comparator or ""
            if given not in COMPARATORS:
                hint = nearest(given, COMPARATORS) or f" (one of {', '.join(COMPARATORS)})"
                yield _COMPARATOR.at(place, f"{what}: unknown comparator '{given}'{hint}", given)
            elif not check.values or (given not in _SETS and len(check.values) > 1):
                wanted = "at least one value" if given in _SETS else "one value"
                message = f"{what}: {given} takes {wanted}, and has {len(check.values)}"
                yield _COUNT.at(place, message)
            if check.soft_hard != "Soft":
                message = f"{what}: SoftHard '{check.soft_hard or ''}': expected Soft"
                yield _SOFT.at(place, message, check.soft_hard)
            counts = Counter(value.text for value in check.values)
            twice = [value for value, count in counts.items() if count > 1]
            if twice:
                message = f"{what}: {given} names {listed(twice)} more than once"
                yield _REPEATED.at(place, message, twice[0])


def check_values(index: Index) -> Iterator[Finding]:
    """Items are compared with values of their kind, and of their codelist."""
    known: dict[str, list[str]] = {}
    for clause in index.metadata.where_clauses:
        for check in clause.checks:
            item = index.items.get(check.item_oid or "")
            if item is None:
                continue
            place, given = at_definition(check, clause.oid), [value.text for value in check.values]
            what = f"where-clause {clause.oid}: {named(item)} {check.comparator}"
            wrong = [text for text in given if text.strip() and not is_number(text)]
            if item.data_type in NUMBERS and wrong:
                message = f"{what} {listed(wrong)}: {named(item)} is a number"
                yield _NUMBER.at(place, message, wrong[0])
                continue
            if item.data_type == "text" and check.comparator in _ORDERED:
                message = f"{what} {listed(given)}: texts have no order that reviewers agree on"
                yield _ORDER.at(place, message, check.comparator)
            code_list = index.code_list(item)
            terms = known.setdefault(item.oid or "", coded(code_list))
            unknown = [text for text in given if text.strip() and text not in terms and terms]
            if code_list is not None and unknown and check.comparator not in _ORDERED:
                message = f"{what} '{unknown[0]}': codelist {called(code_list)} has no such term"
                hint = nearest(unknown[0], terms) if len(terms) < 100 else ""
                yield _VALUE.at(place, message + hint, unknown[0])


def check_datasets(index: Index) -> Iterator[Finding]:
    """A value list compares items of its own dataset, or a comment says how to join."""
    members = {
        id(group): {ref.item_oid for ref in group.items} for group in index.metadata.item_groups
    }
    for use in _value_uses(index):
        for clause in _clauses(index, use.ref):
            if clause.comment_oid or use.group is None:
                continue
            oids = [check.item_oid or "" for check in clause.checks]
            away = [oid for oid in oids if oid in index.items and oid not in members[id(use.group)]]
            if away:
                name = named(index.items[away[0]])
                message = f"where-clause {clause.oid}: {name} ({away[0]}) is not in"
                message = f"{message} {use.group.name}, and no comment says how records are joined"
                yield _DATASET.at(
                    at_use(use, index.items[use.ref.item_oid or ""]), message, away[0]
                )


def _value_uses(index: Index) -> Iterator[Use]:
    for oid in index.items:
        yield from (use for use in index.uses.get(oid, ()) if use.value_list is not None)


def _clauses(index: Index, ref: ItemRef) -> list[WhereClauseDef]:
    found = (index.where_clauses.get(item.where_clause_oid or "") for item in ref.where_clauses)
    return [clause for clause in found if clause is not None]


#: A bound of numbers: the number, and 1 or -1 where it lies just inside.
_Bound = tuple[float, int]
_LOWEST, _HIGHEST = (float("-inf"), 0), (float("inf"), 0)


@dataclass(frozen=True)
class Allowed:
    """The values of an item that a comparison allows: ``values``, or all but them in the bounds."""

    values: frozenset[str]
    negated: bool = False
    low: _Bound = _LOWEST
    high: _Bound = _HIGHEST

    def meets(self, other: Allowed) -> bool:
        """Whether a value can be allowed by both."""
        if self.negated and other.negated:
            return max(self.low, other.low) <= min(self.high, other.high)
        listing, rest = (other, self) if self.negated else (self, other)
        return any(rest._has(value) for value in listing.values)

    def _has(self, value: str) -> bool:
        if not self.negated:
            return value in self.values
        if (self.low, self.high) == (_LOWEST, _HIGHEST):
            return value not in self.values
        return is_number(value) and self.low <= (float(value), 0) <= self.high


def _allowed(check: RangeCheck) -> Allowed | None:
    """What a comparison allows; None where that is not known."""
    texts = [value.text.strip() for value in check.values]
    if check.comparator in ("EQ", "NE", *_SETS):
        return Allowed(frozenset(texts), check.comparator in ("NE", "NOTIN")) if texts else None
    if check.comparator not in _ORDERED or len(texts) != 1 or not is_number(texts[0]):
        return None
    bound = float(texts[0])
    if check.comparator in ("LT", "LE"):
        return Allowed(frozenset(), True, high=(bound, -1 if check.comparator == "LT" else 0))
    return Allowed(frozenset(), True, low=(bound, 1 if check.comparator == "GT" else 0))


def check_contradictions(index: Index) -> Iterator[Finding]:
    """The comparisons of a where-clause can hold for one record."""
    for clause in index.metadata.where_clauses:
        by_item: dict[str, list[Allowed]] = {}
        for check in clause.checks:
            allowed = _allowed(check)
            if allowed is not None:
                by_item.setdefault(check.item_oid or "", []).append(allowed)
        for oid, parts in by_item.items():
            if any(not one.meets(other) for one, other in combinations(parts, 2)):
                item = index.items.get(oid)
                message = f"where-clause {clause.oid}: its conditions on"
                message = f"{message} {named(item) if item else oid} exclude each other"
                yield _NEVER.at(at_definition(clause, clause.oid), message, oid)


#: What a where-clause allows of each item.
_Region = dict[str, list[Allowed]]


def check_overlaps(index: Index) -> Iterator[Finding]:
    """No record can meet the where-clauses of two entries of a value list."""
    for value_list in index.metadata.value_lists:
        entries = [
            (ref, region)
            for ref in value_list.items
            for region in filter(None, (_region(clause) for clause in _clauses(index, ref)))
        ]
        seen: set[tuple[int, int]] = set()
        for one, other in _candidates(entries):
            (ref, region), (later, other_region) = entries[one], entries[other]
            pair = (ref.line, later.line)
            if ref is later or pair in seen or not _meet(region, other_region):
                continue
            seen.add(pair)
            yield _overlap(index, value_list, ref, later, region == other_region)


def _overlap(
    index: Index, value_list: ValueListDef, ref: ItemRef, later: ItemRef, same: bool
) -> Finding:
    item = index.items.get(later.item_oid or "")
    uses = index.uses.get(later.item_oid or "", ()) if item else ()
    use = next((use for use in uses if use.ref is later), None)
    place = at_use(use, item) if use and item else at_definition(later, value_list.oid)
    what = f"value list {value_list.oid}: {later.item_oid} and {ref.item_oid} (line {ref.line})"
    if same:
        return _SAME.at(place, f"{what} have the same condition", later.item_oid)
    return _OVERLAP.at(place, f"{what} can hold for the same record", later.item_oid)


def _region(clause: WhereClauseDef) -> _Region | None:
    """What the clause allows of each item; None where that is not known."""
    found: _Region = {}
    for check in clause.checks:
        allowed = _allowed(check)
        if allowed is None:
            return None
        found.setdefault(check.item_oid or "", []).append(allowed)
    return found


def _meet(one: _Region, other: _Region) -> bool:
    """Whether a record can be in both: items that one of them does not name may have any value."""
    return all(
        left.meets(right)
        for oid in one.keys() & other.keys()
        for left in one[oid]
        for right in other[oid]
    )


def _candidates(entries: list[tuple[ItemRef, _Region]]) -> list[tuple[int, int]]:
    """Pairs that may overlap: by values of the item whose values tell the entries apart best.

    A list of hundreds of tests by their codes then needs no comparison of each with each.
    """
    by_item: dict[str, dict[str, list[int]]] = {}
    for number, (_, region) in enumerate(entries):
        for oid in region:
            for value in _values(region, oid):
                by_item.setdefault(oid, {}).setdefault(value, []).append(number)
    everywhere = range(len(entries))
    best: dict[str, list[int]] = min(
        by_item.values(), key=lambda buckets: _cost(buckets, len(entries)), default={}
    )
    covered = set().union(*best.values()) if best else set()
    pairs = {pair for numbers in best.values() for pair in combinations(numbers, 2)}
    for number in everywhere:
        if number not in covered:
            pairs |= {(min(number, other), max(number, other)) for other in everywhere}
    return sorted(pairs)


def _cost(buckets: dict[str, list[int]], count: int) -> int:
    """How many pairs there are if entries are told apart by these values."""
    covered = set().union(*buckets.values())
    return sum(len(numbers) ** 2 for numbers in buckets.values()) + count * (count - len(covered))


def _values(region: _Region, oid: str) -> frozenset[str]:
    listed_values = (part.values for part in region.get(oid, ()) if not part.negated)
    return next(iter(listed_values), frozenset())


CHECKS: tuple[Check, ...] = (
    check_comparisons,
    check_values,
    check_datasets,
    check_contradictions,
    check_overlaps,
)
