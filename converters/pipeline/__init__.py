"""The order of the work, the work itself, the account of records, and the package on disk."""
