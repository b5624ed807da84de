"""One establishment's node put together: its parts, its books, what it keeps beside the record."""
