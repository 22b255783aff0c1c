"""The message queue: at most one e-mail per occasion, never silently none (invariant 8)."""
