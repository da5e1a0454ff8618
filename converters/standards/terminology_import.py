"""Releases of Controlled Terminology into the user's data folder, from the files as published.

Files are damaged at times: rows have lost their code, values stand twice. What can be used is
imported, and all that is odd is told.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from converters.errors import CdiscError, Problem, SpecError
from converters.findings import Finding, Severity
from converters.standards.published import excel, library, odm, text
from converters.standards.published.rows import Row, refuse
from converters.standards.release import (
    Entry,
    Release,
    Term,
    imported_place,
    read_release,
    write_release,
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what old .xls and encrypted workbooks begin with
_STANDARD = re.compile(r"[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*")
#: How the labels, and else the short names, of a codelist of codes and of its names end.
_LABELS = ((" Code", " Name"), (" Code", ""), (" Short Name", " Long Name"))
_NAMES = (("CD", ""), ("TC", "TN"), ("PC", "PN"))
_EXTENSIBLE = {"yes": True, "true": True, "no": False, "false": False}
#: What may be odd, and what is done about it.
ODDITIES = {
    "codelist-without-code": "codelists without an NCI code are left out with their terms",
    "codelist-repeated": "codelists that stand twice: the first counts",
    "codelist-without-name": "codelists without name and short name go by their NCI code",
    "short-name-repeated": "short names that two codelists have: the later goes by its NCI code",
    "extensible-not-told": "codelists that do not say whether they are extensible: taken as not",
    "term-without-code": "rows of terms without an NCI code: the values are kept without one",
    "term-without-value": "terms without a submission value are left out",
    "term-of-unknown-codelist": "terms of codelists that the file does not have are left out",
    "value-repeated": "submission values that a codelist has twice: the row with a code counts",
    "code-repeated": "NCI codes that a codelist has twice: the first value counts, the other is"
    " taken as its synonym",
}
_SHOWN = 3


@dataclass(frozen=True)
class Imported:
    """What became of a file: a release, whether it is new or changed, and what was odd in it."""

    release: Release
    changed: bool
    oddities: tuple[Finding, ...]


@dataclass
class _Release:
    """A release as a file has it: its rows, and what is odd as rule -> places and words."""

    file: Path
    sha256: str
    standard: str
    version: str
    rows: list[Row]
    odd: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def tell(self, rule: str, row: Row, codelist: Entry | None = None) -> None:
        """Something is odd about a row."""
        words = f"'{row.value or row.name or row.code}'"
        if codelist:
            words += f" of {codelist.name or codelist.code}"
        self.odd.setdefault(rule, []).append((row.line, words))

    def findings(self) -> Iterator[Finding]:
        """What is odd, one finding a kind."""
        for rule in ODDITIES:
            if found := self.odd.get(rule):
                some = [words for _, words in found[:_SHOWN]]
                listed = ", ".join([*some, *["..."] * (len(found) > _SHOWN)])
                yield Finding(
                    rule,
                    Severity.WARNING,
                    f"{ODDITIES[rule]}: {listed}",
                    count=len(found),
                    file=str(self.file),
                    record=found[0][0],
                )


def import_terminology(
    paths: Sequence[Path], standard: str = "", version: str = ""
) -> list[Imported]:
    """Reads published releases and keeps them for ``load_terminology``.

    Nothing is written where one of the files is wrong. ``standard`` and ``version`` are for files
    that do not say what they are. A release that is there already is replaced.

    Raises:
        InputError: a file cannot be read or is no terminology.
        SpecError: a file does not say its standard and date, or says another one than is given, or
            two files hold the same release.
        OutputError: a release cannot be written.
    """
    given = standard.lower(), version
    _check_given(*given)
    read: dict[tuple[str, str], _Release] = {}
    errors: list[CdiscError] = []
    for path in paths:
        try:
            for release in _read(path, given):
                first = read.setdefault((release.standard, release.version), release)
                if first is not release:
                    raise _wrong(path, f"holds the release of '{first.file}': add one of them")
        except CdiscError as error:
            errors.append(error)
    if errors:
        raise type(errors[0])(*(problem for error in errors for problem in error.problems))
    ready = [(release, _codelists(release)) for release in read.values()]
    return [_keep(release, codelists) for release, codelists in ready]


def _keep(release: _Release, codelists: list[tuple[Entry, list[Term]]]) -> Imported:
    place = imported_place(release.standard, release.version)
    files = [{"file": release.file.name, "sha256": release.sha256}]
    changed = write_release(release.standard, release.version, files, codelists, place)
    return Imported(read_release(place), changed, tuple(release.findings()))


def _wrong(path: Path, message: str) -> SpecError:
    return SpecError(Problem(str(path), None, None, message))


def _check_given(standard: str, version: str) -> None:
    problems = []
    if standard and not _STANDARD.fullmatch(standard):
        problems.append(f"--standard: '{standard}' is no standard, such as sdtm or adam")
    if version and not _is_date(version):
        problems.append(f"--version: '{version}' is no date, such as 2024-03-29")
    if problems:
        raise SpecError(*problems)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _read(path: Path, given: tuple[str, str]) -> list[_Release]:
    """The releases in a file; rows that do not say theirs belong to the only one there is."""
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise refuse(path, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    told: dict[tuple[str, str], list[Row]] = {}
    for row in _reader(path, content)(path, content):
        told.setdefault(row.release, []).append(row)
    whole = [names for names in told if all(names)]
    only = whole[0] if len(whole) == 1 else ("", "")
    found: dict[tuple[str, str], list[Row]] = {}
    for (standard, version), rows in told.items():
        names = _named(path, (standard or only[0], version or only[1]), given)
        found.setdefault(names, []).extend(rows)
    if not any(row.code and not row.codelist for rows in found.values() for row in rows):
        raise refuse(path, "is no terminology: it has no codelist with an NCI code")
    sha256 = hashlib.sha256(content).hexdigest()
    return [_Release(path, sha256, *names, rows) for names, rows in found.items()]


def _reader(path: Path, content: bytes) -> Callable[[Path, bytes], Iterable[Row]]:
    if content.startswith(_OLE):
        message = (
            "is an old workbook (.xls), or an encrypted one: save it as .xlsx without password"
        )
        raise refuse(path, f"{message}, or add the text or ODM XML of the release")
    if content.startswith(b"PK"):
        return excel.read
    begin = content[:100].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1]
    return {b"<": odm.read, b"{": library.read, b"[": library.read}.get(begin, text.read)


def _named(path: Path, told: tuple[str, str], given: tuple[str, str]) -> tuple[str, str]:
    """Standard and date, as the file says or else as they are given."""
    problems = []
    for what, option, said, wanted in zip(
        ("standard", "date"), ("--standard", "--version"), told, given, strict=True
    ):
        if said and wanted and said != wanted:
            problems.append(f"its {what} is {said}, and not {wanted} as {option} says")
        elif not said and not wanted:
            problems.append(f"does not say its {what}: give it by {option}")
    if problems:
        raise SpecError(*(Problem(str(path), None, None, message) for message in problems))
    return told[0] or given[0], told[1] or given[1]


def _codelists(release: _Release) -> list[tuple[Entry, list[Term]]]:
    entries: dict[str, Entry] = {}
    names: set[str] = set()
    for row in (row for row in release.rows if not row.codelist):
        if not row.code:
            release.tell("codelist-without-code", row)
        elif row.code in entries:
            release.tell("codelist-repeated", row)
        else:
            entries[row.code] = _entry(release, row, names)
    pairs = _pairs(entries.values())
    terms = _terms(release, entries)
    return [
        (entry._replace(pair=pairs.get(code, "")), terms[code]) for code, entry in entries.items()
    ]


def _entry(release: _Release, row: Row, names: set[str]) -> Entry:
    name = row.value
    if not name and not row.name:
        release.tell("codelist-without-name", row)
    if name in names:
        release.tell("short-name-repeated", row)
        name = ""
    if name:
        names.add(name)
    extensible = _EXTENSIBLE.get(row.extensible.casefold())
    if extensible is None:
        release.tell("extensible-not-told", row)
    return Entry(row.code, name, row.name or row.value or row.code, bool(extensible))


def _pairs(entries: Iterable[Entry]) -> dict[str, str]:
    """Codelists of codes and of names that belong together, both ways: NCI codes."""
    found: dict[str, str] = {}
    entries = list(entries)
    for texts, endings in (
        ({entry.label: entry.code for entry in entries}, _LABELS),
        ({entry.name: entry.code for entry in entries if entry.name}, _NAMES),
    ):
        for words, code in texts.items():
            for ending, other in endings:
                paired = texts.get(words.removesuffix(ending) + other)
                if words.endswith(ending) and paired and not {code, paired} & found.keys():
                    found |= {code: paired, paired: code}
    return found


@dataclass
class _Draft:
    """A term in the making: ``words`` are its synonyms, in order."""

    code: str
    preferred_term: str
    words: list[str]

    def term(self, value: str) -> Term:
        """The term; its own value is no synonym."""
        words = dict.fromkeys(word.strip() for word in self.words)
        kept = tuple(word for word in words if word and word != value)
        return Term(value, self.code, kept, self.preferred_term)


def _terms(release: _Release, entries: Mapping[str, Entry]) -> dict[str, list[Term]]:
    """The terms of each codelist: a value once, and a code once."""
    drafts: dict[str, dict[str, _Draft]] = {code: {} for code in entries}
    by_code: dict[tuple[str, str], _Draft] = {}
    for row in (row for row in release.rows if row.codelist):
        entry = entries.get(row.codelist)
        if entry is None or not row.value:
            rule = "term-without-value" if entry else "term-of-unknown-codelist"
            release.tell(rule, row, entry)
            continue
        if not row.code:
            release.tell("term-without-code", row, entry)
        draft = _Draft(row.code, row.preferred_term, list(row.synonyms))
        same_value = drafts[row.codelist].get(row.value)
        same_code = by_code.get((row.codelist, row.code)) if row.code else None
        if same_value:
            release.tell("value-repeated", row, entry)
        if same_code:
            if same_code is not same_value:
                release.tell("code-repeated", row, entry)
            same_code.words += [row.value, *row.synonyms]
        elif not same_value or (row.code and not same_value.code):
            drafts[row.codelist][row.value] = draft
            by_code[row.codelist, row.code] = draft
    return {
        code: [draft.term(value) for value, draft in found.items()]
        for code, found in drafts.items()
    }
