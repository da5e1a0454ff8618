"""Controlled Terminology as NCI EVS and CDISC publish it: one reader a form, all give rows."""
