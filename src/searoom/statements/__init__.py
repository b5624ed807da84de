"""What one entry says once it is opened: read, ordered, released as the rule asks, or kept beside the record."""
