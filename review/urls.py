"""The staff pages of the review; they live beside the admin's own, under the same roof."""

from django.urls import path

from review.views import (
    acts,
    assignments,
    calibration,
    cockpit,
    declarations,
    documents,
    file,
    paper,
    people,
    ranking,
    rules_of_call,
    shortlist,
    tables,
    vote,
    vote_acts,
)

app_name = "review"

PROPOSAL = "vorschlag/<int:proposal_id>/"

urlpatterns = [
    path("cockpit/<int:call_id>/", cockpit.cockpit, name="cockpit"),
    path("weiter/<int:call_id>/", cockpit.go_on, name="go_on"),
    path("kennzahlen/", cockpit.definitions, name="definitions"),
    path("personen/", people.people, name="people"),
    path("personen/<int:user_id>/", people.person, name="person"),
    # A proposal
    path(PROPOSAL, file.file, name="file"),
    path(f"{PROPOSAL}pruefung/", file.check, name="check"),
    path(f"{PROPOSAL}pruefung/festhalten/", acts.save_check, name="save_check"),
    path(f"{PROPOSAL}bewertungen/", file.reviews, name="reviews"),
    path(f"{PROPOSAL}bewertungen/<int:sheet_id>/oeffnen/", acts.reopen, name="reopen"),
    path(f"{PROPOSAL}gespraech/", acts.comment, name="comment"),
    path(f"{PROPOSAL}verlauf/", file.history, name="history"),
    path(f"{PROPOSAL}erklaeren/", acts.declare, name="declare"),
    path(f"{PROPOSAL}pdf/<int:number>/", documents.pdf, name="pdf"),
    path(f"{PROPOSAL}schreiben/<int:number>/", documents.letter, name="letter"),
    path(f"{PROPOSAL}thema.pdf", paper.single, name="single"),
    # A call
    path("befangenheit/<int:call_id>/", declarations.declarations, name="declarations"),
    path("gespraeche/<int:call_id>/", ranking.conversations, name="conversations"),
    path("rangfolge/<int:call_id>/", ranking.ranking, name="ranking"),
    path("zuweisungen/<int:call_id>/", assignments.assignments, name="assignments"),
    path("zuweisungen/<int:call_id>/neu/", assignments.assign, name="assign"),
    path("zuweisungen/<int:call_id>/<int:assignment_id>/aufheben/", assignments.take_back, name="take_back"),
    path("einueben/<int:call_id>/", calibration.calibration, name="calibration"),
    path("auswahl/<int:call_id>/", shortlist.shortlist, name="shortlist"),
    path("auswahl/<int:call_id>/anlegen/", shortlist.begin, name="shortlist_begin"),
    path("auswahl/<int:call_id>/<int:number>/aendern/", shortlist.change, name="shortlist_change"),
    path("auswahl/<int:call_id>/<int:number>/feststellen/", shortlist.fix, name="shortlist_fix"),
    path("auswahl/<int:call_id>/<int:number>/vorlage/", paper.ask, name="paper_ask"),
    path("vorlage/<int:paper_id>/", paper.paper, name="paper"),
    path("vorlage/<int:paper_id>/datei/", paper.paper_file, name="paper_file"),
    path("auswahl/<int:call_id>/<int:number>/neu/", shortlist.reopen, name="shortlist_reopen"),
    path("auswahl/<int:call_id>/<int:number>/<str:kind>/", tables.shortlist_file, name="shortlist_export"),
    path("rangfolge/<int:call_id>/<str:kind>/", tables.ranking_file, name="ranking_export"),
    path("abstimmung/<int:call_id>/", vote.vote, name="vote"),
    path("abstimmung/<int:call_id>/vorbereiten/", vote.prepare_vote, name="vote_prepare"),
    path("abstimmung/<int:call_id>/<int:number>/auszaehlung.json", vote.vote_export, name="vote_export"),
    path("abstimmung/<int:call_id>/<int:number>/verwerfen/", vote_acts.discard, name="vote_discard"),
    path("abstimmung/<int:call_id>/<int:number>/eroeffnen/", vote_acts.open_vote, name="vote_open"),
    path("abstimmung/<int:call_id>/<int:number>/anwesenheit/", vote_acts.attendance, name="vote_attendance"),
    path("abstimmung/<int:call_id>/<int:number>/schliessen/", vote_acts.close, name="vote_close"),
    path("abstimmung/<int:call_id>/<int:number>/stichentscheid/", vote_acts.casting, name="vote_casting"),
    path("abstimmung/<int:call_id>/<int:number>/los/", vote_acts.lot, name="vote_lot"),
    path("abstimmung/<int:call_id>/<int:number>/vorsitz/", vote_acts.ruling, name="vote_ruling"),
    path("abstimmung/<int:call_id>/<int:number>/feststellen/", vote_acts.certify, name="vote_certify"),
    path("anforderungen/<int:call_id>/", rules_of_call.criteria, name="criteria"),
    path("laender/<int:call_id>/", rules_of_call.countries, name="countries"),
    path("laender/<int:call_id>/liste/", rules_of_call.list_counts, name="list_counts"),
    path("regeln/<int:call_id>/", rules_of_call.settings, name="settings"),
]
