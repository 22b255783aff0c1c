"""The staff pages of the review, inside the frame of Django's admin."""
