"""Rules on values, for both standards."""
