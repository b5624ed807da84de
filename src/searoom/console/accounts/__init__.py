"""Who may open this console: people, roles, passkeys, sessions, and what was done with them."""
