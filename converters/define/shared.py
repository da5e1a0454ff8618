"""Definitions that several places may refer to, each made once: comments, methods, conditions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from converters.dataset import Comment, Condition, Method
from converters.define.documents import Documents
from converters.define.elements import (
    CheckValue,
    CommentDef,
    Description,
    FormalExpression,
    MethodDef,
    RangeCheck,
    TranslatedText,
    WhereClauseDef,
)
from converters.define.oids import Oids, readable
from converters.define.terms import SYSTEM

#: A method's name lists as many of its variables.
_LISTED = 4


def described(text: str) -> Description | None:
    """The text as a Description in English; none of an empty one."""
    return Description(texts=(TranslatedText(text=text, lang="en"),)) if text else None


class Comments:
    """Comments by what they say."""

    def __init__(self, oids: Oids, documents: Documents) -> None:
        """None so far."""
        self._oids, self._documents = oids, documents
        self._known: dict[Comment, str] = {}

    def oid(self, comment: Comment | None, place: str) -> str | None:
        """The comment's OID, called after the first ``place`` that it stands at; None of none."""
        if comment is None:
            return None
        if comment not in self._known:
            self._known[comment] = self._oids.claim(f"COM.{place}")
        return self._known[comment]

    def definitions(self) -> tuple[CommentDef, ...]:
        """Those asked for so far."""
        return tuple(
            CommentDef(
                oid=oid,
                description=described(comment.text),
                documents=self._documents.references(comment.documents),
            )
            for comment, oid in self._known.items()
        )


@dataclass
class _Used:
    """A method and its users: each as variable, as dataset and variable, and as place."""

    oid: str
    method: Method
    users: list[tuple[str, str, str]]


class Methods:
    """Methods by their type, words and expression."""

    def __init__(self, oids: Oids, documents: Documents) -> None:
        """None so far."""
        self._oids, self._documents = oids, documents
        self._known: dict[tuple[str, str, str], _Used] = {}

    def oid(self, method: Method | None, place: str, variable: str) -> str | None:
        """The method's OID, called after the first ``place`` (``LB.LBORRES.HGB``); None of none."""
        if method is None:
            return None
        key = (method.type, method.words, method.expression)
        used = self._known.get(key)
        if used is None:
            used = self._known[key] = _Used(self._oids.claim(f"MT.{place}"), method, [])
        else:
            used.method = replace(
                used.method,
                name=used.method.name or method.name,
                documents=tuple(dict.fromkeys((*used.method.documents, *method.documents))),
            )
        used.users.append((variable, f"{place.partition('.')[0]}.{variable}", place))
        return used.oid

    def definitions(self) -> tuple[MethodDef, ...]:
        """Those asked for so far."""
        known = list(self._known.values())
        return tuple(
            MethodDef(
                oid=used.oid,
                name=used.method.name or name,
                type=used.method.type,
                description=described(used.method.words or used.method.expression),
                expressions=_expressions(used.method),
                documents=self._documents.references(used.method.documents),
            )
            for used, name in zip(known, _names(known), strict=True)
        )


def _expressions(method: Method) -> tuple[FormalExpression, ...]:
    text = method.expression
    return (FormalExpression(text=text, context=SYSTEM),) if text else ()


def _names(methods: Sequence[_Used]) -> list[str]:
    """``Algorithm to derive CHG``, with datasets or places where others have the same variables."""
    levels = [[_list([user[level] for user in item.users]) for item in methods] for level in (0, 1)]
    counts = [Counter(names) for names in levels]
    return [
        "Algorithm to derive "
        + next(
            (
                names[row]
                for names, count in zip(levels, counts, strict=True)
                if count[names[row]] == 1
            ),
            _list([place for *_, place in item.users]),
        )
        for row, item in enumerate(methods)
    ]


def _list(names: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(names))
    more = len(distinct) - _LISTED
    if more > 1:
        return f"{', '.join(distinct[:_LISTED])} and {more} more"
    return ", ".join(distinct)


class Wheres:
    """Conditions on the records of datasets."""

    def __init__(self, oids: Oids, comments: Comments) -> None:
        """None so far."""
        self._oids, self._comments = oids, comments
        self._known: dict[tuple[str, tuple[Condition, ...], Comment | None], str] = {}

    def oid(
        self, dataset: str, conditions: tuple[Condition, ...], join: Comment | None = None
    ) -> str:
        """The OID of conditions on records of ``dataset``: ``WC.LB.LBTESTCD.HGB``.

        ``join`` says how records of other datasets are found that conditions are on.
        """
        own = local(dataset, conditions)
        key = (dataset, own, join if any(item.dataset for item in own) else None)
        if key not in self._known:
            self._known[key] = self._oids.claim(f"WC.{dataset}.{tail(own)}")
        return self._known[key]

    def definitions(self) -> tuple[WhereClauseDef, ...]:
        """Those asked for so far."""
        return tuple(
            WhereClauseDef(
                oid=oid,
                comment_oid=self._comments.oid(join, oid),
                checks=tuple(_check(dataset, item) for item in conditions),
            )
            for (dataset, conditions, join), oid in self._known.items()
        )


def local(dataset: str, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """The conditions, those on ``dataset`` itself without its name."""
    return tuple(
        replace(item, dataset="") if item.dataset == dataset else item for item in conditions
    )


def _check(dataset: str, condition: Condition) -> RangeCheck:
    return RangeCheck(
        comparator=condition.comparator,
        soft_hard="Soft",
        item_oid=f"IT.{condition.dataset or dataset}.{condition.variable}",
        values=tuple(CheckValue(text=value) for value in condition.values),
    )


def tail(conditions: Sequence[Condition]) -> str:
    """Conditions for an OID: ``LBTESTCD.HGB.LBSPEC.BLOOD``, ``PARAMCD.IN.ACITM01-ACITM14``."""
    words = []
    for check in conditions:
        words += [check.dataset] if check.dataset else []
        words.append(check.variable)
        if check.comparator != "EQ":
            words.append(check.comparator)
        long = len(check.values) > 3
        words.append("-".join((check.values[0], check.values[-1]) if long else check.values))
    return ".".join(map(readable, words))


@dataclass(frozen=True)
class Shared:
    """All that is shared in a file."""

    oids: Oids
    documents: Documents
    comments: Comments
    methods: Methods
    wheres: Wheres


def shared(oids: Oids, documents: Documents) -> Shared:
    """Nothing asked for yet."""
    comments = Comments(oids, documents)
    return Shared(oids, documents, comments, Methods(oids, documents), Wheres(oids, comments))
