"""Benchmarks: one command, a table, and the file beside it."""
