"""The message queue when things go wrong."""
