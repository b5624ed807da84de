"""Archives: files of any size in parts of time, on one process or many; the same rows however they were cut."""
