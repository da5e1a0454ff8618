"""``time_to_event``: a record a subject, from a start to an event or to censoring."""

from __future__ import annotations

from typing import Any

import pytest

from converters.dataset import Origin

SPEC = {
    "dataset": "ADTTE",
    "class": "BASIC DATA STRUCTURE",
    "subclass": "TIME-TO-EVENT",
    "label": "Time to Event",
    "keys": ["USUBJID", "PARAMCD"],
}
DEATH = {
    "dataset": "ADSL",
    "date": "DTHDT",
    "description": "Death",
    "source": {"SRCDOM": "DM", "SRCVAR": "DTHDTC"},
}
SERIOUS = {
    "dataset": "AE",
    "where": 'AESER == "Y"',
    "date": "AESTDTC",
    "description": "Serious event",
    "source": {"SRCSEQ": "AESEQ"},
}
END = {
    "dataset": "ADSL",
    "date": "EOSDT",
    "description": "End of study",
    "date_description": "Last date",
}
VISIT = {
    "dataset": "SV",
    "date": "SVSTDTC",
    "description": "Last visit",
    "date_description": "Date of last visit",
    "CNSR": 2,
}
ITEM = {
    "PARAMCD": "TTE",
    "PARAM": "Time to Event (days)",
    "start": "TRTSDT",
    "events": [SERIOUS, DEATH],
    "censors": [END, VISIT],
}
AE = "USUBJID,AESEQ,AESER,AESTDTC\n"
SV = "USUBJID,SVSTDTC\n"


def subject(**values: Any) -> list[dict[str, Any]]:
    bare = {"USUBJID": "1", "TRTSDT": "2026-01-10", "DTHDT": None, "EOSDT": None}
    return [{**bare, **values}]


def make(analysis: Any, adsl: Any, ae: str = "", sv: str = "", **args: Any) -> Any:
    spec = {**SPEC, "derive": [{"time_to_event": {**ITEM, **args}}]}
    return analysis.make(spec, ADSL=adsl, AE=AE + ae, SV=SV + sv)


NAMES = ("ADT", "AVAL", "CNSR", "EVNTDESC", "SRCDOM", "SRCVAR", "SRCSEQ")
SAE = ("Serious event", "AE", "AESTDTC")
DEAD = ("Death", "DM", "DTHDTC", None)
EOS = ("End of study", "ADSL", "EOSDT", None)
SEEN = ("Last visit", "SV", "SVSTDTC", None)


@pytest.mark.parametrize(
    ("adsl", "ae", "sv", "expected"),
    [
        ({}, "1,1,Y,2026-01-20\n1,2,Y,2026-01-15\n", "", ("2026-01-15", 6, 0, *SAE, 2)),
        ({}, "1,1,Y,2026-01-10T08:00\n", "", ("2026-01-10", 1, 0, *SAE, 1)),
        ({}, "1,3,Y,2026-01-15\n1,2,Y,2026-01-15\n", "", ("2026-01-15", 6, 0, *SAE, 2)),
        ({"DTHDT": "2026-01-15"}, "1,1,Y,2026-01-15\n", "", ("2026-01-15", 6, 0, *SAE, 1)),
        ({"DTHDT": "2026-01-14"}, "1,1,Y,2026-01-15\n", "", ("2026-01-14", 5, 0, *DEAD)),
        ({"DTHDT": "2026-03-01", "EOSDT": "2026-02-01"}, "", "", ("2026-03-01", 51, 0, *DEAD)),
        ({"EOSDT": "2026-02-01"}, "1,1,N,2026-01-15\n", "", ("2026-02-01", 23, 1, *EOS)),
        ({"EOSDT": "2026-02-01"}, "", "1,2026-02-02\n1,2026-01-15\n",
         ("2026-02-02", 24, 2, *SEEN)),
        ({"EOSDT": "2026-02-01"}, "", "1,2026-02-01\n", ("2026-02-01", 23, 1, *EOS)),
        ({}, "2,1,Y,2026-01-11\n,1,Y,2026-01-11\n", "1,2026-01-10\n",
         ("2026-01-10", 1, 2, *SEEN)),
    ],
    ids=["earliest", "on the first day", "tie in a source", "tie of sources", "other source",
         "event after censoring", "latest censoring", "second censoring", "tie of censorings",
         "others' events"],
)  # fmt: skip
def test_the_earliest_event_counts_else_the_latest_censoring(
    analysis: Any, adsl: dict[str, Any], ae: str, sv: str, expected: tuple[Any, ...]
) -> None:
    made = make(analysis, subject(**adsl), ae, sv)
    assert made.records(*NAMES) == [expected]
    assert made.column("STARTDT") == ["2026-01-10"]
    assert made.told() == []


@pytest.mark.parametrize(
    ("adsl", "ae", "sv", "expected", "rules"),
    [
        ({"EOSDT": "2026-02-01"}, "1,1,Y,2026-01-09\n", "", [("2026-02-01", 23, 1)],
         ["event-before-start"]),
        ({"EOSDT": "2026-01-02"}, "", "", [("2026-01-10", 1, 1)], ["event-before-start"]),
        ({"EOSDT": "2026-02-01"}, "", "1,2026-01-05\n", [("2026-02-01", 23, 1)], []),
        ({"EOSDT": "2026-02-01"}, "1,1,Y,2026-01\n", "", [("2026-02-01", 23, 1)],
         ["event-without-date"]),
        ({"EOSDT": "2026-02-01"}, "1,1,Y,\n", "", [("2026-02-01", 23, 1)], ["event-without-date"]),
        ({"EOSDT": "2026-02"}, "", "1,2026-01-12\n1,2026\n1,\n", [("2026-01-12", 3, 2)],
         ["event-without-date"]),
        ({"TRTSDT": None, "EOSDT": "2026-02-01"}, "1,1,Y,2026-01\n", "", [], ["no-start-date"]),
        ({}, "", "", [], ["no-event-no-censoring"]),
    ],
    ids=["event before start", "censoring before start", "one censoring before", "no full date",
         "no date", "censoring without full date",
         "not treated", "nothing"],
)  # fmt: skip
def test_what_a_subject_lacks_is_told(
    analysis: Any,
    adsl: dict[str, Any],
    ae: str,
    sv: str,
    expected: list[Any],
    rules: list[str],
) -> None:
    other = {**subject(EOSDT="2026-01-11")[0], "USUBJID": "2"}
    made = make(analysis, [*subject(**adsl), other], ae, sv)
    found = [row[1:] for row in made.records("USUBJID", "ADT", "AVAL", "CNSR") if row[0] == "1"]
    assert found == expected
    assert [(rule, count) for rule, _, _, count in made.told()] == [(rule, 1) for rule in rules]
    assert made.records("USUBJID", "AVAL")[-1] == ("2", 2)


def test_competing_events_have_codes_of_their_own(analysis: Any) -> None:
    events = [{**SERIOUS, "CNSR": 0}, {**DEATH, "CNSR": 2}]
    adsl = [*subject(DTHDT="2026-01-12"), {**subject()[0], "USUBJID": "2"}]
    made = make(analysis, adsl, "1,1,Y,2026-01-13\n2,1,Y,2026-01-13\n", events=events)
    assert made.records("USUBJID", "CNSR", "AVAL") == [("1", 2, 3), ("2", 0, 4)]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("days", 7), ("weeks", 1), ("months", 7 / 30.4375), ("years", 7 / 365.25)],
)
def test_the_time_is_in_the_unit_that_is_asked_for(
    analysis: Any, unit: str, expected: float
) -> None:
    made = make(analysis, subject(DTHDT="2026-01-16"), unit=unit, events=[DEATH])
    assert made.column("AVAL") == [expected]


def test_only_the_population_has_records_with_what_is_taken(analysis: Any) -> None:
    adsl = subject(SAFFL="Y", TRT01P="Drug", EOSDT="2026-01-11")
    adsl += [{**adsl[0], "USUBJID": "2", "SAFFL": "N"}]
    args = {"population": 'SAFFL == "Y"', "take": {"TRTP": "TRT01P"}, "start": "ADSL.TRTSDT"}
    made = make(analysis, adsl, **args)
    assert made.records("USUBJID", "TRTP", "CNSDTDSC") == [("1", "Drug", "Last date")]
    assert made.variable("TRTP").origin == Origin("Predecessor", "", "ADSL.TRT01P")


def test_define_says_how(analysis: Any) -> None:
    made = make(analysis, subject(EOSDT="2026-01-11"), unit="weeks")
    words = {name: made.variable(name).method.words for name in ("AVAL", "ADT", "CNSR", "STARTDT")}
    assert words == {
        "AVAL": "For TTE: time to event in weeks: ADT minus STARTDT, plus 1 day, divided by 7.",
        "STARTDT": "For TTE: start, TRTSDT of ADSL.",
        "CNSR": (
            'For TTE: 0 for "Serious event" (event) or "Death" (event); 1 for "End of study" '
            '(censoring); 2 for "Last visit" (censoring).'
        ),
        "ADT": (
            'For TTE: the earliest from STARTDT on of AESTDTC of AE where AESER = "Y"; '
            "DTHDT of ADSL. If there is none, the latest of EOSDT of ADSL; SVSTDTC of SV."
        ),
    }


def test_wrong_arguments_are_told(analysis: Any) -> None:
    item = {
        **ITEM,
        "start": "TRTDT",
        "events": [{**SERIOUS, "where": "AESER", "source": {"SRCSEQ": "SEQ"}}],
        "censors": [{**END, "date": "DM.X"}],
    }
    given = {"ADSL": "USUBJID,TRTSDT,EOSDT\n", "AE": AE, "SV": SV}
    found = analysis.problems({"time_to_event": item}, **given)
    assert len(found) == 5
    assert found[1] == "'DM.X': only variables of ADSL can be used here"
    assert "ADSL has no variable 'TRTDT' (did you mean 'TRTSDT'?)" in found
