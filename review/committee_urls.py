"""The pages of the steering committee."""

from django.urls import path

from review.views import committee

app_name = "committee"

urlpatterns = [
    path("", committee.votes, name="votes"),
    path("<int:round_id>/", committee.show_round, name="round"),
    path("<int:round_id>/thema/<int:position>/", committee.topic, name="topic"),
    path("<int:round_id>/thema/<int:position>/stimme/", committee.ballot, name="ballot"),
    path("<int:round_id>/thema/<int:position>/erklaeren/", committee.declare, name="declare"),
]
