"""The watch: its running log, the hand-over, check cards by event, and calls by voice."""
