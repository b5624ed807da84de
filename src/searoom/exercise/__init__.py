"""The school: scenarios, the watch test and the demonstration."""
