"""What is owed and by which rules: due list and calendar, the agreement, and where each programme stands."""
