"""What is owed, by whom, until when, and what silence means."""
