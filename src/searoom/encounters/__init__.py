"""Who came near whom: closest approach, pairs worth a look, and the alerts that follow."""
