"""Nodes, their disks and the line between them, simulated from one seed: what holds, holds under every fault."""
