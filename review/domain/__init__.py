"""The rules and the writes of the review, one file per verb."""
