"""The rules of the mapping language, one module each."""
