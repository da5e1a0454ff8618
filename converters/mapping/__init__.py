"""What a mapping spec says: YAML with line numbers, spec objects, expressions and words."""
