"""The doctor: looks at a node's folder, stores, lines and machine, and says what is wrong; it changes nothing."""
