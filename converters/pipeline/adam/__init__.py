"""Analysis datasets: planned, made step by step from other datasets, and described."""
