"""The interface for programs: what a console knows, in the formats of maps and tables, as a stream, and as metrics."""
