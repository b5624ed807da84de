"""Drivers of the rivals; each runs in a process of its own, with the Python of bench/.peers."""
