"""Who may do what, route by route: written down from what the portal promises, and compared with what it does.

A group says for each role what a request comes to:

- `ok`: it is answered (a page, a file, or a redirect that does not lead to the sign-in);
- `in`: the person is asked to sign in (302); a form sent without a sign-in may be refused with 403 or 404, its text kept;
- `403`: known, and not for this role; `404`: for this person it does not exist; `gone`: the same in the words of Django's
  admin, which leads to its first page; `409`: understood, and refused in words.

A row gives to routes the group of those who may look (GET) and of those who may act (POST); "." is a method that the
route does not take. A name may stand several times, with "@" and the state in which its object is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

ROLES = (
    "anonymous",
    "owner",  # applied, manages the organisation
    "reader",  # a colleague who may read
    "other",  # applied for another organisation
    "office",
    "lead",
    "conflicted",  # of the office, with a conflict about the proposal
    "member",
    "deputy",
    "recused",  # a member with a conflict about the proposal
    "chair",
    "auditor",
    "administrator",  # gives roles, and has none
)

GROUPS = """
                anon own  read othr offi lead conf memb depu recu chai audi admi
public          ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
nobody          404  404  404  404  404  404  404  404  404  404  404  404  404
refused         403  403  403  403  403  403  403  403  403  403  403  403  403
sign-in         in   in   in   in   in   in   in   in   in   in   in   in   in
person          in   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
factors         in   404  404  404  ok   ok   ok   ok   ok   ok   ok   ok   ok
no-factors      in   404  404  404  404  404  404  404  404  404  404  404  404

team            in   ok   ok   404  404  404  404  404  404  404  404  404  404
manager         in   ok   404  404  404  404  404  404  404  404  404  404  404
invited         in   404  404  ok   404  404  404  404  404  404  404  404  404
nobody-in       in   404  404  404  404  404  404  404  404  404  404  404  404

staff           in   in   in   in   ok   ok   ok   ok   ok   ok   ok   ok   ok
staff-404       in   in   in   in   404  404  404  404  404  404  404  404  404
staff-403       in   in   in   in   403  403  403  403  403  403  403  403  403
door            in   403  403  403  gone gone gone gone gone gone gone gone gone
leave           gone gone gone gone ok   ok   ok   ok   ok   ok   ok   ok   ok
administrator   in   in   in   in   403  403  403  403  403  403  403  403  ok
texts           in   in   in   in   ok   ok   ok   403  403  403  403  403  ok
texts-404       in   in   in   in   ok   ok   ok   404  404  404  404  404  ok
read            in   in   in   in   ok   ok   ok   403  403  403  403  ok   ok
log             in   in   in   in   403  ok   403  403  403  403  403  ok   403
log-entry       in   in   in   in   403  ok   gone 403  403  gone 403  ok   403
log-404         in   in   in   in   404  ok   404  404  404  404  404  ok   404
mail            in   in   in   in   ok   ok   ok   403  403  403  403  ok   403
mail-404        in   in   in   in   ok   ok   ok   404  404  404  404  ok   404
mail-open       in   in   in   in   ok   ok   gone 403  403  403  403  ok   403
mail-entry      in   in   in   in   ok   ok   gone 403  403  gone 403  ok   403
roles           in   in   in   in   403  ok   403  403  403  403  403  403  ok

review          in   in   in   in   ok   ok   ok   ok   ok   ok   ok   ok   403
review-404      in   in   in   in   ok   ok   ok   ok   ok   ok   ok   ok   404
writers         in   in   in   in   ok   ok   ok   ok   ok   ok   ok   403  403
office          in   in   in   in   ok   ok   ok   403  403  403  403  403  403
lead            in   in   in   in   403  ok   403  403  403  403  403  403  403
chair           in   in   in   in   403  403  403  403  403  403  ok   403  403
certifies       in   in   in   in   403  ok   403  403  403  403  ok   403  403
lots            in   in   in   in   ok   ok   ok   403  403  403  ok   403  403
declarations    in   in   in   in   403  ok   403  403  403  403  403  ok   403
watches         in   in   in   in   ok   ok   ok   403  403  403  403  ok   403
decided         in   in   in   in   ok   ok   ok   403  403  403  ok   ok   403
presides        in   in   in   in   409  409  409  409  409  409  409  409  403

open            in   in   in   in   ok   ok   404  ok   ok   404  ok   ok   404
checks          in   in   in   in   ok   ok   404  404  404  404  404  404  404
scores          in   in   in   in   404  404  404  ok   404  404  404  404  404
talks           in   in   in   in   ok   ok   404  ok   404  404  ok   404  404
declares        in   in   in   in   ok   ok   404  ok   ok   404  ok   404  404
reopens         in   in   in   in   404  ok   404  404  404  404  404  404  404
requester       in   in   in   in   404  404  404  ok   404  404  404  404  403
count           in   in   in   in   ok   ok   404  ok   ok   404  ok   ok   403
no-count        in   in   in   in   404  404  404  404  404  404  404  404  403
decision        in   in   in   in   ok   ok   404  403  403  403  ok   ok   403
prepares        in   in   in   in   ok   ok   404  403  403  403  404  404  403
reviews-text    in   in   in   in   ok   ok   404  403  403  403  403  403  403
corrects        in   in   in   in   403  ok   403  403  403  403  403  403  403
minutes         in   in   in   in   ok   ok   404  403  403  403  ok   ok   403
minutes-ask     in   in   in   in   ok   ok   ok   403  403  403  ok   403  403
letter          in   in   in   in   ok   ok   404  403  403  403  403  ok   403
letter-write    in   in   in   in   ok   ok   404  403  403  403  403  403  403
template-write  in   in   in   in   ok   ok   ok   403  403  403  403  404  403
plan-write      in   in   in   in   ok   ok   404  403  403  403  403  404  403

roll            in   404  404  404  404  404  404  ok   ok   ok   ok   404  404
declarers       in   404  404  404  404  404  404  ok   ok   404  ok   404  404
too-late        in   404  404  404  404  404  404  403  403  404  403  404  404
"""

MATRIX = """
public          .               submissions:        home call events municipalities public_key
public          public          submissions:        verify
.               public          submissions:        start
public          .               site:               accessibility privacy legal contact security_txt health
public          public          site:               language
.               nobody          demo:               sign_in
nobody          .               demo:               mailbox mail attachment

public          public          -                   account_login account_request_login_code
sign-in         sign-in         -                   account_confirm_login_code
person          person          -                   mfa_authenticate
.               public          -                   account_logout
refused         .               -                   account_inactive
nobody          .               -                   openid_connect_callback
public          .               accounts:           session_state go_on
.               person          accounts:           session_prolong
person          person          accounts:           sessions
.               nobody          accounts:           oidc
sign-in         sign-in         accounts:           confirm_again
factors         .               accounts:           security
factors         factors         accounts:           factor_app factor_passkey
no-factors      no-factors      accounts:           recovery_codes
.               no-factors      accounts:           remove_app remove_passkey

person          .               submissions:        arrive proposals
team            .               submissions:        team
.               manager         submissions:        invite membership revoke_invitation
.               invited         submissions:        answer_invitation
team            .               submissions:        tasks check receipt pdf receipt_file letter text preview revisions
team            team            submissions:        meter
team            manager         submissions:        section
.               manager         submissions:        copy submit withdraw reopen discard restore
team            .               submissions:        tasks@draft check@draft text@draft revisions@draft
team            manager         submissions:        section@draft
nobody-in       .               submissions:        receipt@draft pdf@draft receipt_file@draft
.               manager         submissions:        submit@draft withdraw@draft reopen@draft discard@draft

team            .               answers:            answer letter plan calendar event_calendar task_calendar
.               manager         answers:            add_task
manager         manager         answers:            task
team            manager         answers:            interests@rejected
nobody-in       nobody-in       answers:            interests
nobody-in       .               answers:            answer@voting letter@voting plan@voting calendar@voting
nobody-in       nobody-in       answers:            interests@voting

roll            .               committee:          votes round topic
.               too-late        committee:          ballot
.               declarers       committee:          declare
roll            .               committee:          round@voting topic@voting
.               roll            committee:          ballot@voting declare@voting

review          .               review:             cockpit go_on definitions conversations ranking ranking_export
review          .               review:             shortlist shortlist_export vote
review          lead            review:             criteria settings
review          office          review:             calibration countries
.               office          review:             list_counts
roles           .               review:             people
roles           roles           review:             person
declarations    lead            review:             declarations
watches         .               review:             assignments
office          office          review:             assign
.               letter-write    review:             take_back
.               office          review:             shortlist_begin shortlist_change
.               lead            review:             shortlist_fix shortlist_reopen
.               writers         review:             paper_ask
requester       .               review:             paper paper_file

open            .               review:             check reviews history pdf letter single
open            scores          review:             file
.               checks          review:             save_check
.               talks           review:             comment
.               declares        review:             declare
.               reopens         review:             reopen

office          office          review:             vote_prepare
count           .               review:             vote_export
no-count        .               review:             vote_export@voting
.               office          review:             vote_discard vote_open vote_attendance vote_remind vote_close
.               lots            review:             vote_lot
.               presides        review:             vote_casting vote_ruling
.               certifies       review:             vote_certify

decided         .               review:             decisions
.               lead            review:             decisions_record
.               chair           review:             decisions_rule
.               minutes-ask     review:             minutes_ask
minutes         .               review:             minutes_file
decision        prepares        review:             decision
.               reviews-text    review:             decision_review
.               corrects        review:             decision_correct

watches         .               review:             letters letter_templates
watches         template-write  review:             letter_template
.               office          review:             letters_draft letters_make letters_discard letters_pause letters_go_on
.               lead            review:             letters_release
letter          .               review:             answer answer_file
.               letter-write    review:             answer_edit answer_template answer_resend answer_bounce answer_settle

watches         .               review:             events interests interests_export
letter          plan-write      review:             event
letter          .               review:             event_calendar
.               letter-write    review:             event_end event_task_add
letter-write    letter-write    review:             event_task

staff           staff           admin:              index password_change
staff           .               admin:              password_change_done jsi18n
door            .               admin:              login
.               leave           admin:              logout
staff-404       staff-404       admin:              view_on_site
texts           .               admin:              autocomplete
staff           staff           admin:              app_list@submissions
texts-404       texts-404       admin:              app_list@accounts app_list@site
mail-404        mail-404        admin:              app_list@mail
log-404         log-404         admin:              app_list@audit
staff-404       staff-404       /verwaltung/        (?P<url>.*)$

texts           texts           admin:accounts_user_            changelist history
texts           administrator   admin:accounts_user_            change
administrator   administrator   admin:accounts_user_            add delete
texts           texts           admin:site_sitepage_            changelist change history
staff-403       staff-403       admin:site_sitepage_            add delete
read            texts           admin:submissions_call_         change
read            read            admin:submissions_call_         changelist history
texts           texts           admin:submissions_call_         add
staff-403       staff-403       admin:submissions_call_         delete
.               texts           admin:                          call_copy
texts           texts           admin:                          call_extend
read            texts           admin:submissions_organisation_ change
read            read            admin:submissions_organisation_ changelist history
texts           texts           admin:submissions_organisation_ add
staff-403       staff-403       admin:submissions_organisation_ delete
read            texts           admin:submissions_countrylist_  change
read            read            admin:submissions_countrylist_  changelist history
texts           texts           admin:submissions_countrylist_  add delete
read            texts           admin:submissions_pastevent_    change
read            read            admin:submissions_pastevent_    changelist history
texts           texts           admin:submissions_pastevent_    add delete
read            read            admin:submissions_municipality_ changelist history
read            staff-403       admin:submissions_municipality_ change
staff-403       staff-403       admin:submissions_municipality_ add delete
review          review          admin:submissions_proposal_     changelist
open            open            admin:submissions_proposal_     change history
staff-403       staff-403       admin:submissions_proposal_     add delete
review-404      review-404      admin:                          proposal_export
mail            mail            admin:mail_message_             changelist
mail-open       staff-403       admin:mail_message_             change
mail-entry      mail-entry      admin:mail_message_             history
staff-403       staff-403       admin:mail_message_             add delete
log             log             admin:audit_entry_              changelist
log-entry       log-entry       admin:audit_entry_              history
log             staff-403       admin:audit_entry_              change
staff-403       staff-403       admin:audit_entry_              add delete
staff           staff           /verwaltung/                    accounts/user/<path:object_id>/
staff           staff           /verwaltung/                    site/sitepage/<path:object_id>/
staff           staff           /verwaltung/submissions/        call/<path:object_id>/ organisation/<path:object_id>/
staff           staff           /verwaltung/submissions/        countrylist/<path:object_id>/ pastevent/<path:object_id>/
staff           staff           /verwaltung/submissions/        municipality/<path:object_id>/ proposal/<path:object_id>/
staff           staff           /verwaltung/                    mail/message/<path:object_id>/ audit/entry/<path:object_id>/
"""


@dataclass(frozen=True)
class Row:
    """What a route in a state of its object answers; `looks` and `acts` give for each role the cell of its group."""

    route: str
    state: str
    looks: dict[str, str] | None
    acts: dict[str, str] | None

    @property
    def name(self) -> str:
        """Return the route with its state, as the table writes it."""
        return f"{self.route}@{self.state}" if self.state else self.route

    @property
    def first_to_act(self) -> str:
        """Return the first role that may act, which tries it for all that may; empty where nobody may."""
        return next((role for role in ROLES if self.acts and self.acts[role] == "ok"), "")


def rows() -> Iterator[Row]:
    """Yield the rows of the table."""
    groups: dict[str, dict[str, str] | None] = {".": None}
    for line in filter(None, GROUPS.splitlines()[2:]):
        group, *cells = line.split()
        groups[group] = dict(zip(ROLES, cells, strict=True))
    for line in filter(None, MATRIX.splitlines()):
        looks, acts, prefix, *names = line.split()
        for name in names:
            route, _at, state = name.partition("@")
            yield Row(("" if prefix == "-" else prefix) + route, state, groups[looks], groups[acts])
