"""The chart: who is where, who comes near whom, zones and their owners, and the same in replay."""
