"""Routes of the submission process."""

from django.urls import path

from submissions.views import calls, drafts, form_sheet, meter, municipalities, submission, team, verify

app_name = "submissions"

one = "vorschlaege/<uuid:public_id>/"

urlpatterns = [
    path("", calls.home, name="home"),
    path("aufruf/<slug:slug>/", calls.call, name="call"),
    path("aufruf/<slug:slug>/vorschlag/", drafts.begin, name="start"),
    path("veranstaltungen/", calls.events, name="events"),
    path("willkommen/", drafts.arrive, name="arrive"),
    path("vorschlaege/", drafts.proposals, name="proposals"),
    path("kommunen/", municipalities.municipalities, name="municipalities"),
    path("beleg/", verify.verify, name="verify"),
    path("beleg/schluessel.pem", verify.public_key, name="public_key"),
    path("organisationen/<int:pk>/", team.show, name="team"),
    path("organisationen/<int:pk>/einladen/", team.invite, name="invite"),
    path("organisationen/<int:pk>/personen/<int:membership_pk>/", team.change_membership, name="membership"),
    path("organisationen/<int:pk>/einladungen/<int:invitation_pk>/", team.revoke, name="revoke_invitation"),
    path("einladungen/<int:invitation_pk>/", team.answer, name="answer_invitation"),
    path(one, form_sheet.tasks, name="tasks"),
    path(f"{one}kopieren/", drafts.copy, name="copy"),
    path(f"{one}pruefen/", submission.check, name="check"),
    path(f"{one}einreichen/", submission.send, name="submit"),
    path(f"{one}eingang/", submission.receipt, name="receipt"),
    path(f"{one}fassung/<int:number>/pdf/", submission.pdf_file, name="pdf"),
    path(f"{one}fassung/<int:number>/beleg.<slug:kind>", submission.receipt_file, name="receipt_file"),
    path(f"{one}schreiben/<int:letter_id>/", submission.letter_file, name="letter"),
    path(f"{one}text/", submission.text_file, name="text"),
    path(f"{one}umfang/", meter.meter, name="meter"),
    path(f"{one}vorschau/", meter.preview, name="preview"),
    path(f"{one}zuruecknehmen/", submission.way_back, {"way": "withdraw"}, name="withdraw"),
    path(f"{one}ueberarbeiten/", submission.way_back, {"way": "reopen"}, name="reopen"),
    path(f"{one}verwerfen/", submission.way_back, {"way": "discard"}, name="discard"),
    path(f"{one}<slug:key>/", form_sheet.section, name="section"),
    path(f"{one}<slug:key>/fassungen/", form_sheet.revisions, name="revisions"),
    path(f"{one}<slug:key>/fassungen/<int:version>/", form_sheet.restore, name="restore"),
]
