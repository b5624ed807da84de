"""Mutation testing: small faults are put into a room's code one by one, and its tests must notice each."""
