"""``epoch``: EPOCH of the subject's element in SE in which a date lies."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SE = {
    "dataset": "SE",
    "source": "se",
    "variables": {
        "ETCD": {"from": "E"},
        "EPOCH": {"from": "P"},
        "SESTDTC": {"from": "S"},
        "SEENDTC": {"from": "T"},
    },
}
#: Screening; two elements of treatment, the first dosed at 09:30; follow-up.
ELEMENTS = [
    ("SCRN", "SCREENING", "2026-01-02", "2026-01-10T09:30"),
    ("A", "TREATMENT", "2026-01-10T09:30", "2026-01-20"),
    ("B", "TREATMENT", "2026-01-20", "2026-02-07"),
    ("FU", "FOLLOW-UP", "2026-02-07", "2026-03-31"),
]


def elements(rows: Sequence[tuple[str, ...]] = ELEMENTS, subject: str = "1") -> list[Any]:
    return [{"SUBJ": subject, **dict(zip("EPST", row, strict=True))} for row in rows]


def epochs(workshop: Any, dates: Sequence[str | None], se: Any = None, args: Any = "D") -> Any:
    spec = {"dataset": "CE", "source": "raw", "variables": {"EPOCH": {"epoch": args}}}
    raw = [{"SUBJ": "1", "D": date, "N": n} for n, date in enumerate(dates)]
    return workshop.convert({"raw": raw, "se": elements() if se is None else se}, spec, SE)


@pytest.mark.parametrize(
    ("date", "later", "earlier"),
    [
        ("2026-01-01", None, None),
        ("2026-01-02", "SCREENING", "SCREENING"),
        ("2026-01-02T08:00", "SCREENING", "SCREENING"),
        ("2026-01-09", "SCREENING", "SCREENING"),
        ("2026-01-10", "TREATMENT", "SCREENING"),
        ("2026-01-10T09:29", "SCREENING", "SCREENING"),
        ("2026-01-10T09:30", "TREATMENT", "TREATMENT"),
        ("2026-01-20", "TREATMENT", "TREATMENT"),
        ("2026-02-07", "FOLLOW-UP", "TREATMENT"),
        ("2026-02-07T10:00", "FOLLOW-UP", "TREATMENT"),
        ("2026-03-31", "FOLLOW-UP", "FOLLOW-UP"),
        ("2026-03-31T23:59", "FOLLOW-UP", "FOLLOW-UP"),
        ("2026-04-01", None, None),
        ("2026-03", "FOLLOW-UP", "FOLLOW-UP"),
        ("2026-02", None, None),
        ("2026-01", None, None),
        ("2026", None, None),
        (None, None, None),
    ],
)
def test_a_date_lies_in_the_last_element_that_starts_on_or_before_it(
    workshop: Any, date: str | None, later: str | None, earlier: str | None
) -> None:
    for args, expected in (
        ("D", later),
        ({"date": "D"}, later),
        ({"date": "D", "same_day": "later"}, later),
        ({"date": "D", "same_day": "earlier"}, earlier),
    ):
        result = epochs(workshop, [date], args=args)
        assert result.column("CE", "EPOCH") == [expected], args
        assert result.told() == []


def test_a_partial_date_has_the_epoch_that_all_its_days_have(workshop: Any) -> None:
    se = elements(
        [("S", "SCREENING", "2025-12-31", "2026-01-01"), ("A", "TREATMENT", "2026-01-01", "")]
    )
    result = epochs(workshop, ["2026", "2026-01", "2025-12", "2025---15"], se)
    assert result.by_record("CE", "EPOCH") == ["TREATMENT", "TREATMENT", None, None]
    result = epochs(workshop, ["2026-01"], se, {"date": "D", "same_day": "earlier"})
    assert result.column("CE", "EPOCH") == [None]


def test_the_first_element_has_its_first_day_though_its_time_is_not_known(workshop: Any) -> None:
    se = elements([("A", "TREATMENT", "2026-01-10T09:30", "2026-01-20")])
    dates = ["2026-01-10", "2026-01-10T08:00"]
    result = epochs(workshop, dates, se, {"date": "D", "same_day": "earlier"})
    assert result.by_record("CE", "EPOCH") == ["TREATMENT", None]


@pytest.mark.parametrize(
    ("end", "expected"),
    [("", "TREATMENT"), ("2026-01", "TREATMENT"), ("2025-12-31", None), ("2026-01-20T08:00", None)],
)
def test_after_the_end_of_the_last_element_there_is_no_epoch(
    workshop: Any, end: str, expected: str | None
) -> None:
    se = elements([("A", "TREATMENT", "2025-12-01", end)])
    assert epochs(workshop, ["2026-01-20T08:01"], se).column("CE", "EPOCH") == [expected]


def test_a_subject_without_elements_has_no_epochs(workshop: Any) -> None:
    se = elements(subject="2")
    result = epochs(workshop, ["2026-01-10"], se)
    assert result.column("CE", "EPOCH") == [None]
    assert result.told() == []


def test_an_element_without_a_start_leaves_its_subject_without_epochs(workshop: Any) -> None:
    se = [*elements(), *elements([("X", "TREATMENT", "2026-02", "")])]
    result = epochs(workshop, ["2026-01-12", "2026-01-03"], se)
    assert result.column("CE", "EPOCH") == [None, None]
    assert result.told("element-without-start") == [("element-without-start", "EPOCH", None, 2, 1)]


def test_a_text_that_is_no_date_is_a_finding(workshop: Any) -> None:
    result = epochs(workshop, ["10JAN2026"])
    assert result.told() == [("impossible-date", "EPOCH", "10JAN2026", 1, 1)]


@pytest.mark.parametrize(
    ("domain", "variables", "expected"),
    [
        ("AE", {"AESTDTC": {"from": "A"}, "AEDTC": {"from": "B"}}, "SCREENING"),
        ("VS", {"VSDTC": {"from": "B"}}, "TREATMENT"),
    ],
)
def test_the_date_is_the_start_or_else_the_collection(
    workshop: Any, domain: str, variables: Any, expected: str
) -> None:
    spec = {
        "dataset": domain,
        "source": "raw",
        "variables": {**variables, "EPOCH": {"epoch": {}}},
    }
    raw = [{"SUBJ": "1", "A": "2026-01-03", "B": "2026-01-12"}]
    result = workshop.convert({"raw": raw, "se": elements()}, spec, SE)
    assert result.column(domain, "EPOCH") == [expected]


def test_a_study_without_se_is_a_problem(workshop: Any) -> None:
    spec = "dataset: AE\nsource: raw\nvariables:\n  EPOCH: {epoch: D}\n"
    assert workshop.problems({"raw": [{"SUBJ": "1", "D": "2026"}]}, spec) == [
        "sdtm/s0.yaml:4:18: the study has no dataset 'SE'; it has: AE"
    ]


days = st.integers(1, 9).map(lambda day: f"2026-01-0{day}")
moments = st.tuples(days, st.sampled_from(["", "T08:00", "T12:30"])).map("".join)


@given(st.lists(moments, min_size=1, max_size=4, unique=True), st.lists(moments, min_size=1))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_complete_date_is_as_a_plain_search_says_whatever_the_order(
    workshop: Any, starts: list[str], dates: list[str]
) -> None:
    """Where both have times these are compared, else the days."""
    starts.sort(key=lambda text: (text[:10], len(text), text))
    se = elements([(f"E{n}", f"EPOCH {n}", start, "") for n, start in enumerate(starts)])

    def begun(start: str, date: str) -> bool:
        timed = len(start) > 10 and len(date) > 10
        return start <= date if timed else start[:10] <= date[:10]

    expected = []
    for date in dates:
        at = [n for n, start in enumerate(starts) if begun(start, date)]
        expected.append(f"EPOCH {at[-1]}" if at else None)
    for order in itertools.islice(itertools.permutations(se), 3):
        assert epochs(workshop, dates, list(order)).by_record("CE", "EPOCH") == expected
