"""Secrets of second factors, sealed before they reach the database, so that a stolen dump opens no door.

The first of `MFA_KEYS` seals, each of them opens; `SECRET_KEY` (and its predecessors) stand behind them, so that an
installation can begin without a key of its own. Each text is turned into a Fernet key by HKDF with a name of its own.
"""

import base64

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"themenaufruf-portal second factor"


def seal(text: str) -> str:
    """Return `text` encrypted and authenticated with the newest key."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what was sealed with any of the keys. Raises `cryptography.fernet.InvalidToken`."""
    return _keys().decrypt(sealed.encode()).decode()


def reseal(sealed: str) -> str:
    """Return the same secret sealed with the newest key. Raises `cryptography.fernet.InvalidToken`."""
    return _keys().rotate(sealed.encode()).decode()


def _keys() -> MultiFernet:
    secrets = [*settings.MFA_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key_from(secret)) for secret in secrets])


def _key_from(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
