"""`manage.py reseal_second_factors`: after a new key was put first into MFA_KEYS, before the old one is taken out."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand
from django.db import transaction

from connective.accounts import sealing

SECRETS = ("secret", "seed")


class Command(BaseCommand):
    """Seal all secrets of second factors with the newest key; it can be repeated."""

    help = "Seal all secrets of second factors with the first key of MFA_KEYS."

    @transaction.atomic
    def handle(self, *_args: Any, **_options: Any) -> None:
        """Reseal, all or none. Raises `cryptography.fernet.InvalidToken` where no key fits."""
        factors = Authenticator.objects.select_for_update().filter(type__in=["totp", "recovery_codes"])
        for factor in factors:
            for name in SECRETS:
                if name in factor.data:
                    factor.data[name] = sealing.reseal(factor.data[name])
            factor.save(update_fields=["data"])
        self.stdout.write(f"{len(factors)} resealed.")
