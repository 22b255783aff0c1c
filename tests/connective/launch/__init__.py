"""Setting up, starting and translating."""
