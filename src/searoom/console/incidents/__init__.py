"""Incidents with both accounts, and the yearly review in its editions."""
