"""Rules that SDTM knows: dates, study days, sequence numbers, baseline, visits, findings."""
