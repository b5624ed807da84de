"""Fuzzing: random bytes for everything that reads bytes of others."""
