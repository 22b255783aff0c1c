"""Pages of the review outside of the administration."""
