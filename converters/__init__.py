"""Raw clinical-trial records to CDISC SDTM and ADaM, checked and packaged for submission."""

__version__ = "0.1.0"
