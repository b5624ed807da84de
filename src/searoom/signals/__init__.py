"""What may be said, and how: signals by voice in three languages, readback, and forms as data."""
