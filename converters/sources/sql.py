"""What a study may say of a database, judged without one: its URL, and a query that only reads."""

from __future__ import annotations

import re

from converters.errors import nearest

DATABASES = ("sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle")

_SCHEME = re.compile(r"([A-Za-z0-9]+)(?:\+[A-Za-z0-9_]+)?://")
#: Texts and quoted names; what is in them is no word of the language.
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`""")
#: Where our reading of a query could differ from that of some database.
_DOUBTFUL = ("--", "/*", "\\'", "$$")
_WORDS = re.compile(
    r"\b(?:insert|update|delete|merge|replace\s+into|into|create|drop|alter|truncate|grant|revoke"
    r"|call|exec|execute|set|begin|commit|rollback|lock|copy|attach|pragma)\b",
    re.IGNORECASE,
)


def url_problem(url: str) -> str | None:
    """What is wrong with a database's URL; nothing of it is repeated but its first word."""
    found = _SCHEME.match(url)
    if found is None:
        return "is no URL of a database, such as sqlite:///raw/edc.db or postgresql://host/study"
    if found[1].lower() not in DATABASES:
        known = ", ".join(DATABASES)
        return f"unknown database '{found[1]}'{nearest(found[1], DATABASES)}; known are {known}"
    return None


def query_problem(query: str) -> str | None:
    """Why a query is not one SELECT statement that only reads, if it is not.

    A guard against mistakes; that nothing is written is up to the transaction, which only reads.
    """
    bare = _QUOTED.sub("''", query.strip().removesuffix(";"))
    if not re.match(r"(?:select|with)\b", bare, re.IGNORECASE):
        return "a query begins with SELECT or WITH"
    for sign in _DOUBTFUL:
        if sign in (query if sign == "\\'" else bare):
            return f"a query has no '{sign}': comments are those of YAML, a quote is doubled"
    if ";" in bare:
        return "a query is one statement: ';' stands in it"
    word = _WORDS.search(bare)
    if word:
        return f"a query only reads: '{word[0]}' stands in it (a name that is so called is quoted)"
    return None
