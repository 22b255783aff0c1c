"""Template tags of the submission process."""
