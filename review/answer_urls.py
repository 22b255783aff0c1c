"""What applicants see after the decision; the addresses lie below those of the proposal."""

from django.urls import path

from review.views import answers

app_name = "answers"

one = "vorschlaege/<uuid:public_id>/"

urlpatterns = [
    path(f"{one}antwort/", answers.answer, name="answer"),
    path(f"{one}antwort/schreiben/", answers.letter, name="letter"),
    path(f"{one}plan/", answers.plan, name="plan"),
    path(f"{one}plan/termine.ics", answers.calendar, name="calendar"),
    path(f"{one}plan/veranstaltung.ics", answers.event_calendar, name="event_calendar"),
    path(f"{one}plan/aufgabe/", answers.add_task, name="add_task"),
    path(f"{one}plan/aufgabe/<int:task_id>/", answers.task, name="task"),
    path(f"{one}plan/aufgabe/<int:task_id>/termin.ics", answers.task_calendar, name="task_calendar"),
    path(f"{one}interesse/", answers.other_interests, name="interests"),
]
