"""What the portal knows about people, and how it forgets."""
