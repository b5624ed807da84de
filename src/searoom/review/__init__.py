"""How did it go? Pages and plots made from data; text out, no file written."""
