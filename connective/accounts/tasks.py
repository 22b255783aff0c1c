"""Celery tasks of people and sessions: wrappers that can run twice without harm."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from connective.accounts import code_mail


@shared_task
def send_code(ticket: str, email: str, code: str, language: str) -> None:
    """Send a sign-in code."""
    code_mail.send(ticket, email, code, language)


@shared_task
def clear_ended_sessions() -> None:
    """Delete the sessions that have ended, with the text that was kept in them."""
    SessionStore.clear_expired()
