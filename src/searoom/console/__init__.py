"""The console: what people see of a node in a browser on their own machine."""
