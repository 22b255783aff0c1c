"""What the review changes in the admin: lists of proposals that show to each person what is open to them."""

from django.contrib import admin

from review.admin import call, organisation, proposal, side_doors

__all__ = ["call", "organisation", "proposal", "side_doors"]

admin.site.index_template = "admin/review/index.html"
