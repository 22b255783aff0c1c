"""Demo mode: a mailbox to look into and people to be; refuses to exist in production."""
