"""The key that signs receipts (Ed25519); `docs/receipts.md` says how anyone checks one offline."""

import hashlib
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings


@lru_cache(maxsize=1)
def _private_key() -> Ed25519PrivateKey:
    # Without a key of its own (demo and tests only; production refuses to start) it follows from the secret key.
    seed = (
        bytes.fromhex(settings.RECEIPT_KEY)
        if settings.RECEIPT_KEY
        else hashlib.sha256(b"receipts" + settings.SECRET_KEY.encode()).digest()
    )
    return Ed25519PrivateKey.from_private_bytes(seed)


def sign(text: str) -> str:
    """Return the signature of `text` (UTF-8) as 128 hexadecimal digits."""
    return _private_key().sign(text.encode()).hex()


def is_signed(text: str, signature: str) -> bool:
    """Say whether `signature` (hexadecimal) is ours for exactly this `text`."""
    try:
        _private_key().public_key().verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key_pem() -> str:
    """Return the public key in PEM, for anyone who checks a receipt."""
    return _private_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
