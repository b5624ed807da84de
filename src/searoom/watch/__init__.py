"""Our own sensors at work: what they bring, what the detector makes of it, who is told, what is noted."""
