"""A node at work, and its desk: what can be asked there, by commands and consoles on the same machine."""
