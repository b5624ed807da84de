"""The record: search, one entry with its proof, what is verified, and the export of everything."""
