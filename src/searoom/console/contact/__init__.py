"""Unit contact: from an encounter to spoken words, what was sent and heard, sightings by hand."""
