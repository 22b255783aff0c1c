"""The admin pages of the submission process."""

from submissions.admin import call, organisation, proposal, reference_data

__all__ = ["call", "organisation", "proposal", "reference_data"]
