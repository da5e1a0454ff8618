"""What SDTMIG, ADaMIG and Controlled Terminology say, read from the shipped ``schemas/``."""
