"""How does it get there? One session protocol without I/O, what carries it, and the courier between two nodes."""
