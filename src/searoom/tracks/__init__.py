"""Who was where: positions as columns, and where they come from."""
