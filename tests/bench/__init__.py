"""Measurements: `make bench`, or `python -m tests.bench NAME...`; limits and rivals are measured in the same run."""
