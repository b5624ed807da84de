"""Keys as files, tokens and cards of one party: made, closed with a passphrase, opened, replaced and destroyed."""
