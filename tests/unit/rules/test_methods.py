"""Every rule and step tells define.xml in words how a value is made, and as the spec has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from converters.mapping.analysis import Item
from converters.mapping.document import as_yaml, load
from converters.mapping.spec import VariableSpec
from converters.rules.definition import Definition, define
from converters.rules.derivation import Derivation, derivation
from converters.rules.registry import rules, steps, value_rules
from converters.rules.rule import Target
from converters.rules.written import LONGEST, Files, method, noted, with_files

#: (variable, what a spec says of it, words, what is written where that is not what the spec says).
RULES: list[tuple[str, str, str | None, str | None]] = [
    ("LB.LBCAT", "{assign: HEMATOLOGY}", 'Set to "HEMATOLOGY".', None),
    ("VS.VSREPNUM", "{assign: 1}", "Set to 1.", None),
    (
        "AE.AESEV",
        "{from: SEV, recode: {'1': MILD, '9': null}}",
        'Equal to SEV. Recoded: "1" to "MILD", "9" to missing; other values are kept.',
        None,
    ),
    (
        "AE.AEMODIFY",
        "{from: TERM, uppercase: true}",
        "Equal to TERM. Converted to uppercase.",
        "{from: TERM, uppercase: {}}",
    ),
    ("AE.AEOUT", "{from: OUTCOME, codelist: OUT}", "Equal to OUTCOME.", None),
    (
        "AE.AEENTPT",
        "{formula: DM.RFPENDTC, when: 'AEENRTPT == \"ONGOING\"'}",
        'Only where AEENRTPT = "ONGOING": equal to DM.RFPENDTC.',
        None,
    ),
    (
        "DM.AGE",
        "{formula: 'years(RFICDTC, BRTHDTC)'}",
        "Computed as whole years from BRTHDTC to RFICDTC.",
        None,
    ),
    (
        "AE.EPOCH",
        "{case: [{when: AESTDTC < DM.RFXSTDTC, then: SCREENING}, {then: TREATMENT}]}",
        '"SCREENING" if AESTDTC is before DM.RFXSTDTC; else "TREATMENT".',
        None,
    ),
    (
        "AE.AESER",
        ("{case: [{when: 'SAE == \"1\"', then: Y}, {when: missing(SAE), formula: upper(OTHER)}]}"),
        ('"Y" if SAE = "1"; else computed as OTHER in upper case if SAE is missing; else missing.'),
        None,
    ),
    ("DM.SUBJID", "{concat: [SITE, SUBJ], }", "Concatenation of SITE and SUBJ.", None),
    (
        "DM.SITEID",
        "{split: {column: SUBJ, separator: '-', part: 1}}",
        'Part 1 of SUBJ, split at "-".',
        None,
    ),
    (
        "DM.RFXSTDTC",
        "{lookup: {dataset: EX, take: EXSTDTC, pick: min}}",
        "Earliest EX.EXSTDTC of the records with the same USUBJID.",
        None,
    ),
    (
        "DM.RFPENDTC",
        "{lookup: {take: [DS.DSSTDTC, SV.SVENDTC], pick: max}}",
        "Latest of the subject's DS.DSSTDTC and SV.SVENDTC.",
        None,
    ),
    (
        "DM.DTHFL",
        "{lookup: {dataset: AE, pick: exists, where: 'AESDTH == \"Y\"'}}",
        '"Y" if AE has a record with the same USUBJID where AESDTH = "Y".',
        None,
    ),
    (
        "CM.CMINDC",
        "{lookup: {source: codes, by: {DRUG: CODE}, take: WHY}}",
        "Equal to WHY of the source codes of the record with the same DRUG (= CODE).",
        None,
    ),
    (
        "LB.LBTEST",
        "{decode: LBTESTCD}",
        "Name that goes with the code in LBTESTCD, by the codelist.",
        None,
    ),
    (
        "DM.USUBJID",
        "{subject: true}",
        "Unique subject identifier, made of the identifiers on the raw record.",
        "{subject: {}}",
    ),
    (
        "LB.LBLOBXFL",
        "{baseline_flag: {}}",
        (
            'Last observation before exposure: "Y" for the last result before DM.RFXSTDTC, '
            "of those with a complete date, within USUBJID, LBTESTCD, LBCAT, LBSCAT, LBSPEC, "
            "LBLOC, LBLAT, LBDIR, LBPOS and LBMETHOD, as far as the dataset has them; a "
            "result of that day without a time counts as before it."
        ),
        None,
    ),
    (
        "LB.LBBLFL",
        "{baseline_flag: {by: [LBTESTCD], reference: DM.RFSTDTC}}",
        (
            'Baseline flag: "Y" for the last result before DM.RFSTDTC, of those with a '
            "complete date, within USUBJID and LBTESTCD; a result of that day without a time "
            "counts as before it."
        ),
        None,
    ),
    (
        "AE.AESTDTC",
        "{datetime: {date: STDAT, time: STTIM}}",
        "ISO 8601 text of STDAT and STTIM; unknown parts are left out.",
        None,
    ),
    (
        "EX.EXDUR",
        "{duration: {from: EXSTDTC, to: EXENDTC}}",
        ("Duration in ISO 8601: time from EXSTDTC to EXENDTC, to the precision that both have."),
        None,
    ),
    (
        "EX.EXDUR",
        "{duration: {value: DUR, unit: days}}",
        "Duration in ISO 8601: DUR in days.",
        None,
    ),
    ("AE.AEREFID", "{empty: true}", None, "{empty: {}}"),
    (
        "AE.EPOCH",
        "{epoch: AESTDTC}",
        (
            "Equal to SE.EPOCH of the subject's last element whose SESTDTC is on or before "
            "AESTDTC; a day on which one element ends and the next starts is of the later "
            "one unless times tell; missing before the first element and after the end of "
            "the last."
        ),
        None,
    ),
    ("LB.LBEVINTX", "{interval: {start: ST, end: EN}}", "ISO 8601 interval of ST and EN.", None),
    (
        "DM.RACE",
        "{multiple: {columns: [RACE1, RACE2], several: MULTIPLE}}",
        'Response in RACE1, RACE2; "MULTIPLE" where there are several.',
        None,
    ),
    (
        "SE.ELEMENT",
        "{planned_element: {arm: DM.ARMCD}}",
        "Equal to TA.ELEMENT of the element with the same ETCD and the subject's arm.",
        None,
    ),
    (
        "LB.LBNRIND",
        "{range_indicator: {}}",
        (
            'Reference range indicator of LBSTRESN: "LOW" if below LBSTNRLO; else "HIGH" if '
            'above LBSTNRHI; else "NORMAL" (by LBORRES and LBORNRLO, LBORNRHI without a '
            'range in standard units). A result in text is "NORMAL" if LBSTNRC has it, else '
            '"ABNORMAL".'
        ),
        None,
    ),
    (
        "LB.LBNRIND",
        "{range_indicator: {critical: {low: LL, high: HH}}}",
        (
            'Reference range indicator of LBSTRESN: "LOW LOW" if below LL; else "HIGH HIGH" '
            'if above HH; else "LOW" if below LBSTNRLO; else "HIGH" if above LBSTNRHI; else '
            '"NORMAL" (by LBORRES and LBORNRLO, LBORNRHI without a range in standard units). '
            'A result in text is "NORMAL" if LBSTNRC has it, else "ABNORMAL".'
        ),
        None,
    ),
    (
        "CM.CMENRF",
        "{relative_to_period: {date: CMENDTC, ongoing: 'ONGO == \"Y\"'}}",
        (
            "Position of CMENDTC relative to the period from DM.RFSTDTC to DM.RFENDTC; where "
            "there is no date, as for a record ongoing at the end of the period if ONGO = "
            '"Y".'
        ),
        None,
    ),
    (
        "CM.CMENRTPT",
        "{relative_to_point: {date: CMENDTC, point: DM.RFENDTC, ongoing: 'ONGO == \"Y\"'}}",
        (
            'Position of CMENDTC relative to DM.RFENDTC; where there is no date, "ONGOING" '
            '(at DM.RFENDTC) if ONGO = "Y".'
        ),
        None,
    ),
    (
        "AE.AESEQ",
        "{sequence: {by: [AEDECOD, AESTDTC]}}",
        ("Sequential number of the record within USUBJID, in the order of AEDECOD and AESTDTC."),
        None,
    ),
    (
        "LB.LBSTNRLO",
        "{standard_limit: {column: LBORNRLO, units: {}}}",
        (
            "Value of LBORNRLO converted from LBORRESU to LBSTRESU by the factor of the "
            "result; missing without a result."
        ),
        "{standard_limit: {column: LBORNRLO}}",
    ),
    (
        "LB.LBSTRESC",
        "{standard_result: {units: {GLUC: mmol/L}, quantification: {below: [BLQ]}}}",
        (
            "Result in standard format: LBORRES, with numbers converted from LBORRESU to "
            'LBSTRESU where the units differ. "<" and LBLLOQ for a result of "BLQ".'
        ),
        None,
    ),
    (
        "LB.LBSTRESN",
        "{standard_result: {units: {}, quantification: {}}}",
        "Numeric value of LBSTRESC; missing if that is not a number.",
        "{standard_result: {}}",
    ),
    (
        "LB.LBSTRESU",
        "{standard_result: {units: {}, quantification: {}}}",
        "Standard unit of the test; LBORRESU for tests without one.",
        "{standard_result: {}}",
    ),
    (
        "AE.AESTDY",
        "{study_day: AESTDTC}",
        (
            "Study day: date part of AESTDTC minus date part of DM.RFSTDTC, plus 1 day if "
            "AESTDTC is on or after DM.RFSTDTC; missing if either date is incomplete."
        ),
        None,
    ),
    ("VS.VSTPT", "{timepoint: TP}", "Value of VSTPT of the planned time point named in TP.", None),
    (
        "TS.TSVALCD",
        "{trial_summary: true}",
        "NCI code of the term in TSVAL, where the parameter has a codelist.",
        "{trial_summary: {}}",
    ),
    ("VS.VISIT", "{visit: FOLDER}", "Value of VISIT of the planned visit named in FOLDER.", None),
    (
        "SV.VISITNUM",
        "{visit: {from: FOLDER, date: SVSTDTC}}",
        (
            "Value of VISITNUM of the planned visit named in FOLDER; unscheduled visits are "
            "numbered behind the last planned visit that the subject had begun, in steps of "
            "0.01 and in the order of SVSTDTC."
        ),
        None,
    ),
]
#: (entry of ``derive``, a variable that it makes, words).
STEPS: list[tuple[str, str, str]] = [
    ("take: [USUBJID, AVISIT: VISIT]", "AVISIT", "Equal to VISIT."),
    (
        "AAGE: {age: {birth: BRTHDTC, reference: RFXSTDTC, unit_variable: AAGEU}}",
        "AAGE",
        "Age: completed years from BRTHDTC to RFXSTDTC.",
    ),
    (
        "AAGE: {age: {birth: BRTHDTC, reference: RFXSTDTC, unit_variable: AAGEU}}",
        "AAGEU",
        'Unit of the age: "YEARS" where there is one.',
    ),
    (
        (
            "TOTAL: {aggregate: {function: sum, of: QSSTRESN, dataset: QS, by: USUBJID, "
            'where: QSCAT == "MMSE"}}'
        ),
        "TOTAL",
        'Sum of the values of QS.QSSTRESN with the same USUBJID where QSCAT = "MMSE".',
    ),
    (
        (
            "analysis_visit: {windows: [{AVISIT: Baseline, AVISITN: 0, high: 1}, {AVISIT: "
            "Week 2, AVISITN: 2, low: 2, high: 21}]}"
        ),
        "AVISIT",
        (
            'Analysis visit: "Baseline" if ADY is up to 1; else "Week 2" if ADY is 2 to 21; '
            "else missing."
        ),
    ),
    (
        ("analysis_visit: {visits: [{AVISIT: Week 2, AVISITN: 2, names: [DAY 14, DAY 15]}]}"),
        "AVISITN",
        'Analysis visit number: 2 if VISIT is "DAY 14" or "DAY 15"; else missing.',
    ),
    (
        "baseline: {where: ADT <= TRTSDT}",
        "ABLFL",
        (
            'Baseline flag: "Y" for the last record with a value where ADT is on or before '
            "TRTSDT, within USUBJID and PARAMCD."
        ),
    ),
    (
        "baseline: {where: ADT <= TRTSDT}",
        "BASE",
        ('Baseline value: AVAL of the record flagged ABLFL = "Y" within USUBJID and PARAMCD.'),
    ),
    (
        "basetype_records: [{BASETYPE: RUN-IN, when: VISITNUM <= 1}]",
        "BASETYPE",
        ('Definition of baseline: "RUN-IN" where VISITNUM <= 1; one record for each that holds.'),
    ),
    (
        ("carry_forward: {method: LOCF, visits: all, by: [USUBJID, PARAMCD], order: [ADT]}"),
        "DTYPE",
        (
            'Derivation type: "LOCF" in records that are added for expected visits without a '
            "value, within USUBJID and PARAMCD: the last value before, in the order of "
            "AVISITN."
        ),
    ),
    (
        ("categories: [{when: AGE < 65, AGEGR1: <65, AGEGR1N: 1}, {AGEGR1: '>=65', AGEGR1N: 2}]"),
        "AGEGR1",
        '"<65" if AGE < 65; else ">=65".',
    ),
    (
        (
            'categories: {of: R2ANRHI, where: PARAMCD == "ALT", cuts: [{upto: 1, AVALCA1N: '
            "1}, {AVALCA1N: 2}]}"
        ),
        "AVALCA1N",
        (
            'Where PARAMCD = "ALT": 1 if R2ANRHI <= 1; else 2 if R2ANRHI is not missing; '
            "else missing."
        ),
    ),
    (
        "change: {where: ADT > TRTSDT}",
        "CHG",
        "Change from baseline: AVAL minus BASE, where ADT is after TRTSDT.",
    ),
    (
        "change: {where: ADT > TRTSDT}",
        "PCHG",
        (
            "Percent change from baseline: CHG divided by the absolute value of BASE, times "
            "100, where ADT is after TRTSDT; missing if BASE is 0."
        ),
    ),
    (
        "RISKGR1: {code: {function: risk_group, columns: [SEX, YEARS: AGE]}}",
        "RISKGR1",
        "Computed from SEX and AGE by the function risk_group of derivations.py.",
    ),
    (
        (
            "count_events: {PARAMCD: NSAE, PARAM: Serious Events, subjects: ADSL, dataset: "
            'AE, where: AESER == "Y"}'
        ),
        "AVAL",
        ('For NSAE: number of the subject\'s records of AE where AESER = "Y"; 0 if there is none.'),
    ),
    (
        (
            "criterion: {name: CRIT1, label: ALT over 3 ULN, when: R2ANRHI > 3, where: "
            'PARAMCD == "ALT", no: true}'
        ),
        "CRIT1FL",
        'Where PARAMCD = "ALT": "Y" if R2ANRHI > 3; else "N".',
    ),
    (
        (
            "criterion: {name: CRIT1, label: ALT over 3 ULN, when: R2ANRHI > 3, where: "
            'PARAMCD == "ALT", no: true}'
        ),
        "CRIT1",
        'Text of the criterion: "ALT over 3 ULN" where PARAMCD = "ALT".',
    ),
    ("ADT: {date: LBDTC}", "ADT", "Date part of LBDTC as a SAS date; missing if incomplete."),
    (
        "ASTDT: {date: {from: AESTDTC, to: first, highest_imputation: month}}",
        "ASTDT",
        (
            "Date part of AESTDTC as a SAS date; if its day or month is missing, the "
            "earliest day that is possible; otherwise missing if incomplete."
        ),
    ),
    (
        "ASTDT: {date: {from: AESTDTC, to: first, highest_imputation: month}}",
        "ASTDTF",
        'Imputation flag: "M" if the month, "D" if the day was imputed.',
    ),
    (
        ("ASTDTM: {datetime: {from: AESTDTC, to: first, time: first, highest_imputation: hour}}"),
        "ASTDTM",
        (
            "Date and time of AESTDTC as a SAS datetime; if its second, minute or hour is "
            "missing, the earliest time that is possible; otherwise missing if incomplete."
        ),
    ),
    (
        (
            "derived_parameter: {PARAMCD: BMI, PARAM: BMI, by: [AVISIT], formula: WEIGHT / "
            "HEIGHT ** 2}"
        ),
        "AVAL",
        (
            "For BMI: computed as WEIGHT divided by (HEIGHT to the power of 2), from AVAL of "
            "these parameters within USUBJID and AVISIT."
        ),
    ),
    (
        ("ADURN: {duration: {start: ASTDT, end: AENDT, unit: days}, when: missing(ASTDTF)}"),
        "ADURN",
        "Duration in days: AENDT minus ASTDT, plus 1 day if AENDT is on or after ASTDT.",
    ),
    (
        "TRTDURM: {duration: {start: TRTSDT, end: TRTEDT, unit: months, add_one: false}}",
        "TRTDURM",
        "Duration in months: days from TRTSDT to TRTEDT, divided by 30.4375.",
    ),
    (
        "SAFFL: {exists: {dataset: EX, where: EXDOSE > 0, no: true}}",
        "SAFFL",
        '"Y" if EX has a record with the same USUBJID where EXDOSE > 0; else "N".',
    ),
    (
        (
            "exists_parameter: {PARAMCD: RASH, PARAM: Rash, subjects: ADSL, dataset: AE, "
            'when: AEDECOD == "RASH"}'
        ),
        "AVALC",
        ('For RASH: "Y" if the subject has a record in AE where AEDECOD = "RASH"; else "N".'),
    ),
    (
        (
            "exposure_summary: {dataset: EX, start: EXSTDTC, end: EXENDTC, dose: EXDOSE, "
            "parameters: [{PARAMCD: DOSE, PARAM: Dose, measure: total_dose}]}"
        ),
        "AVAL",
        (
            "For DOSE: the sum of the doses, of the records of EX with the same USUBJID; the "
            "dose is EXDOSE."
        ),
    ),
    (
        "ANL01FL: {extreme_flag: {pick: last, order: [ADT], by: [USUBJID, PARAMCD]}}",
        "ANL01FL",
        ('"Y" for the last record, within USUBJID and PARAMCD, in the order of ADT; else missing.'),
    ),
    (
        ("extreme_records: {pick: last, order: [ADT], by: [USUBJID, PARAMCD], set: {AVISIT: End}}"),
        "AVISIT",
        (
            'Set to "End" in records derived from the last record, within USUBJID and '
            "PARAMCD, in the order of ADT."
        ),
    ),
    (
        "merge: {dataset: ADSL, take: [TRTP: TRT01P]}",
        "TRTP",
        "Equal to ADSL.TRT01P of the record with the same USUBJID.",
    ),
    (
        (
            'merge: {dataset: DS, where: DSCAT == "EVENT", take: {EOSSTT: DSDECOD}, order: '
            "[DSSTDTC], pick: last}"
        ),
        "EOSSTT",
        (
            "Equal to DS.DSDECOD of the last record with the same USUBJID where DSCAT = "
            '"EVENT", in the order of DSSTDTC.'
        ),
    ),
    (
        (
            "multiple_criteria: {name: MCRIT1, label: Multiple of ULN, responses: "
            "[{response: Over 3, number: 1, when: R2ANRHI > 3}, {response: Other, number: "
            "0}]}"
        ),
        "MCRIT1ML",
        '"Over 3" if R2ANRHI > 3; else "Other".',
    ),
    (
        "ONTRTFL: {on_treatment: {start: ASTDT, treatment_start: TRTSDT}}",
        "ONTRTFL",
        (
            'On-treatment flag: "Y" if ASTDT is on or after TRTSDT or missing; missing if '
            "TRTSDT is missing."
        ),
    ),
    (
        (
            "parameters: [{PARAMCD: ALT, PARAM: ALT, AVAL: LBSTRESN}, {PARAMCD: WBC, PARAM: "
            "WBC, AVAL: LBSTRESN * 1000}]"
        ),
        "AVAL",
        "For ALT: equal to LBSTRESN. For WBC: computed as LBSTRESN times 1000.",
    ),
    (
        "period: {date: ADT}",
        "APERIOD",
        (
            "Number of the period that ADT falls into, from its start to its end "
            "(ADSL.AP01SDT to ADSL.AP01EDT for the first); of several the one that started "
            "last."
        ),
    ),
    (
        "periods: {from: SE, order: SESTDTC, numbers: 2, take: {APxxSDT: SESTDTC}}",
        "AP02SDT",
        ("Earliest SESTDTC of the subject's SE records of period 2, in the order of SESTDTC."),
    ),
    (
        "ANRIND: {range_indicator: {low: ANRLO, high: ANRHI}}",
        "ANRIND",
        (
            'Reference range indicator of AVAL: "LOW" if below ANRLO; else "HIGH" if above '
            'ANRHI; else "NORMAL".'
        ),
    ),
    (
        "ratio: {to: [BASE, ANRHI]}",
        "R2ANRHI",
        "Ratio to ANRHI: AVAL divided by ANRHI; missing if ANRHI is 0.",
    ),
    (
        "score: {PARAMCD: TOTAL, PARAM: Total, by: [ADT], items: [Q1, Q2], method: sum}",
        "AVAL",
        (
            "For TOTAL: the sum of AVAL of Q1 and Q2 within USUBJID and ADT, if all are "
            "answered; else missing."
        ),
    ),
    (
        "SHIFT1: {shift: {from: BNRIND, to: ANRIND, missing: MISSING}}",
        "SHIFT1",
        'Shift: BNRIND and ANRIND, joined by " to "; "MISSING" for a missing value.',
    ),
    (
        "ASTDY: {study_day: {date: ASTDT, reference: TRTSDT}}",
        "ASTDY",
        "Study day: ASTDT minus TRTSDT, plus 1 day if ASTDT is on or after TRTSDT.",
    ),
    (
        "summary_records: {function: mean, by: [USUBJID, PARAMCD], where: AVISITN == 0}",
        "AVAL",
        (
            'For records with DTYPE = "AVERAGE": mean of AVAL where AVISITN = 0, within '
            "USUBJID and PARAMCD."
        ),
    ),
    (
        "ATM: {time: LBDTC}",
        "ATM",
        "Time part of LBDTC as a SAS time; missing if not known to the minute.",
    ),
    (
        (
            "time_to_event: {PARAMCD: TTE, PARAM: Time, subjects: ADSL, start: TRTSDT, "
            "events: [{dataset: AE, date: AESTDTC, description: Event, source: {SRCSEQ: "
            "AESEQ}}], censors: [{dataset: ADSL, date: EOSDT, description: End}]}"
        ),
        "CNSR",
        'For TTE: 0 for "Event" (event); 1 for "End" (censoring).',
    ),
    (
        (
            "time_to_event: {PARAMCD: TTE, PARAM: Time, subjects: ADSL, start: TRTSDT, "
            "events: [{dataset: AE, date: AESTDTC, description: Event, source: {SRCSEQ: "
            "AESEQ}}]}"
        ),
        "SRCSEQ",
        "For TTE: sequence number of the record that gives ADT (AE.AESEQ).",
    ),
    (
        (
            "toxicity_grade: {table: [{PARAMCD: ALT, direction: HIGH, '1': ANRHI, '2': 3 * "
            "ANRHI}], combine: true}"
        ),
        "ATOXGRH",
        (
            "Toxicity grade of high values: the highest grade that holds, 0 if none does, "
            "missing where a limit is. ALT: 1 if above ANRHI, 2 if above 3 times ANRHI."
        ),
    ),
    (
        (
            "toxicity_grade: {table: [{PARAMCD: ALT, direction: HIGH, '1': ANRHI, '2': 3 * "
            "ANRHI}], combine: true}"
        ),
        "ATOXGR",
        "Toxicity grade: ATOXGRH; ATOXGRL with a minus sign if that is 1 or higher.",
    ),
    (
        (
            "transpose: {dataset: ADLB, by: USUBJID, name: PARAMCD, value: AVAL, where: "
            'ABLFL == "Y", take: {ALTBL: ALT}}'
        ),
        "ALTBL",
        (
            'Equal to ADLB.AVAL of the record with the same USUBJID where PARAMCD = "ALT" '
            'and ABLFL = "Y".'
        ),
    ),
    (
        "treatment: {period: APERIOD, take: [TRTP], dataset: ADSL}",
        "TRTP",
        "Equal to ADSL.TRTxxP, where xx is APERIOD.",
    ),
    (
        "TRTEMFL: {treatment_emergent: {}}",
        "TRTEMFL",
        (
            'Treatment-emergent flag: "Y" if ASTDT is on or after TRTSDT or missing; but not '
            "if TRTSDT is missing or AENDT is before it; else missing."
        ),
    ),
]


def read(text: str, place: Path) -> Any:
    """YAML as a spec is read."""
    (place / "spec.yaml").write_text(text, "utf-8")
    return load(place / "spec.yaml").data


def definition(place: Path, variable: str, text: str) -> Definition:
    dataset, _, name = variable.partition(".")
    kind: Any = "Num" if name.endswith(("NUM", "SEQ", "DY", "AGE", "LO", "STRESN")) else "Char"
    keys, target = read(text, place), Target(dataset, dataset, name, kind)
    if set(keys) & set(value_rules()):
        return define(VariableSpec(name, keys, ()), target)
    ((rule, args),) = keys.items()  # what only the library itself states
    return Definition(target, rules()[rule], args, attributes=keys)


def step(place: Path, text: str) -> Derivation:
    ((name, args),) = read(text, place).items()
    item = Item(name, args, ("derive", 0, name))
    return derivation(item, lambda item: Target("ADXX", "ADXX", item.name, "Char"))


@pytest.mark.parametrize(("variable", "text", "words", "written"), RULES)
def test_a_rule_tells_how_a_value_is_made_and_as_the_spec_has_it(
    variable: str, text: str, words: str | None, written: str | None, tmp_path: Path
) -> None:
    made = definition(tmp_path, variable, text)
    assert made.words() == words
    name = variable.partition(".")[2]
    expected = read(written or text, tmp_path)
    assert made.written() == as_yaml(name, expected)
    assert read(made.written(), tmp_path) == {name: expected}


@pytest.mark.parametrize(("text", "name", "words"), STEPS)
def test_a_step_tells_how_a_variable_is_made_and_as_the_spec_has_it(
    text: str, name: str, words: str, tmp_path: Path
) -> None:
    made = step(tmp_path, text)
    assert name in made.makes()
    assert made.words(name) == words
    assert read(made.written({}), tmp_path) == read(text, tmp_path)


def test_the_tables_have_every_rule_and_every_step(tmp_path: Path) -> None:
    said = {key for _, text, _, _ in RULES for key in read(text, tmp_path)}
    assert said == set(rules())
    assert {step(tmp_path, text).step.name for text, _, _ in STEPS} >= set(steps())


def test_what_is_derived_has_words(tmp_path: Path) -> None:
    """Whatever a step makes and calls derived, companions too."""
    made = [step(tmp_path, text) for text, _, _ in STEPS]
    told = [(item, name) for item in made for name in item.makes()]
    derived = [(item, name) for item, name in told if item.origin(name).type == "Derived"]
    assert [(item.step.name, name) for item, name in derived if not item.words(name)] == []


@pytest.mark.parametrize(
    ("text", "name", "imputes"),
    [
        ("ADT: {date: LBDTC}", "ADT", False),
        ("ADT: {date: {from: LBDTC, to: first, highest_imputation: day}}", "ADT", True),
        ("ADT: {date: {from: LBDTC, to: first, highest_imputation: day}}", "ADTF", True),
        ("ADTM: {datetime: LBDTC}", "ADTM", False),
        ("ADTM: {datetime: {from: LBDTC, time: first, highest_imputation: hour}}", "ADTM", True),
        ("change: {}", "CHG", False),
    ],
)
def test_imputed_dates_and_their_flags_are_imputations(
    text: str, name: str, imputes: bool, tmp_path: Path
) -> None:
    assert step(tmp_path, text).imputes(name) is imputes


@pytest.mark.parametrize(
    ("text", "parameter", "words"),
    [
        (
            "parameters: [{PARAMCD: A, PARAM: A, AVAL: X}, {PARAMCD: B, PARAM: B, AVAL: X / 2}]",
            "B",
            "Computed as X divided by 2.",
        ),
        ("parameters: [{PARAMCD: A, PARAM: A, AVAL: X}]", "B", None),
        ('AVAL: {formula: X, when: PARAMCD == "A"}', "A", "Equal to X."),
        ('AVAL: {formula: X, when: PARAMCD == "A"}', "B", None),
        ('AVAL: {formula: X, when: \'PARAMCD not in ["A", "C"]\'}', "A", None),
        ("AVAL: {formula: X, when: Y == 1}", "A", "Equal to X."),
        ("derived_parameter: {PARAMCD: M, PARAM: M, by: [], formula: A}", "A", None),
    ],
)
def test_a_parameter_is_told_what_is_about_it(
    text: str, parameter: str, words: str | None, tmp_path: Path
) -> None:
    about = step(tmp_path, text).about(parameter)
    assert (about and about.words("AVAL")) == words


def test_rows_of_a_file_are_named_and_not_repeated(tmp_path: Path) -> None:
    made = step(tmp_path, "toxicity_grade: {table: [{PARAMCD: ALT, direction: LOW, '1': 5}]}")
    files: Files = {("derive", 0, "toxicity_grade", "table"): ("adam/ctcae.csv", (2,))}
    assert made.written(files) == "toxicity_grade: {table: {file: adam/ctcae.csv}}"
    assert str(made.words("ATOXGRL", files)).endswith("By the criteria of adam/ctcae.csv.")
    assert with_files({"a": 1}, (), {}) == {"a": 1}


def test_a_long_expression_is_cut_behind_an_entry_and_says_so() -> None:
    line = as_yaml("AESEV", {"from": "SEV", "recode": {f"value {n}": "MILD" for n in range(99)}})
    made = method(["Recoded."], [line], "sdtm/ae.yaml")
    assert made is not None
    kept, told = made.expression.split("\n")
    assert len(kept) <= LONGEST
    assert kept.endswith("MILD,")
    assert told == (
        f"# cut after {len(kept)} of {len(line):,} characters: the rest is in sdtm/ae.yaml"
    )


@pytest.mark.parametrize("text", ["NO", "on", "010", "1e3", "1.50", "a: b", "2015-03-01", "#", ""])
def test_texts_are_written_so_that_they_are_read_as_texts(text: str, tmp_path: Path) -> None:
    assert read(as_yaml("X", {"assign": text}), tmp_path) == {"X": {"assign": text}}


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    assert as_yaml("X", read("{assign: 1.50}", tmp_path)) == "X: {assign: 1.50}"


def test_what_xml_cannot_hold_is_replaced() -> None:
    made = method(['Set to "a\x0bb\ud800".'], [as_yaml("X", {"assign": "a\x0bb"})], "x")
    assert made is not None
    assert made.words == 'Set to "a\ufffdb\ufffd".'
    assert made.expression == 'X: {assign: "a\\vb"}'


def test_a_note_stands_on_the_line() -> None:
    assert noted("X: {from: Y}", "source: a,\n where: b") == "X: {from: Y}  # source: a, where: b"
