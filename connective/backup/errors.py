"""What keeps a backup or a restore from being done, as a sentence for the person at the console."""


class BackupError(Exception):
    """The set was not made, or was not restored; the message says why and what to do."""
