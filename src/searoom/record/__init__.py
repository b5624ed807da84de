"""What was said, and can we prove it: entries, keys, seals, logs, checkpoints and their proofs."""
