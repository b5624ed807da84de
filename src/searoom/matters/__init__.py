"""What an account tells about one matter: how far it came, who answers it, what two sides say of one event."""
