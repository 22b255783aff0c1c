"""What the review changes in the admin: lists of proposals that show to each person what is open to them."""

from django.contrib import admin

from review.admin import call, organisation, proposal

__all__ = ["call", "organisation", "proposal"]

admin.site.index_template = "admin/review/index.html"
