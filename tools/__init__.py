"""Small programs for whoever works on the project; none of them is part of what is installed."""
