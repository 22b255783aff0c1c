"""Input that means harm: into every form, against every limit, and past the door of other people's objects."""
