"""Pages of the submission process: fetch, check permission, one domain call, show the result."""
