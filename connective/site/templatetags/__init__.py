"""Template tags of the public frame."""
