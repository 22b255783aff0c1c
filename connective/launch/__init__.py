"""Setting the portal up on a fresh machine and starting it with all the processes that it needs."""
