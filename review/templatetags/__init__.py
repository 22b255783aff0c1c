"""What the templates of the review need."""
