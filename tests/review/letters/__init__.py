"""The letters: drafted, released, sent once, and told to the applicant by that alone."""
