"""The rules and writes of the submission process, one file per verb."""
