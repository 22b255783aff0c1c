"""What the portal knows about people: why, for how long, and how it forgets."""
