"""People: who signs in, how, and how long a session lasts."""
