"""A person who signs in with an e-mail address."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Creates people by e-mail address; there are no user names."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person; without a password they sign in by code only."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create the first administrator of an installation."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person, known by an e-mail address that a code has proved.

    `email` is kept in lower case: it identifies the person and receives the receipts.
    """

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("E-Mail-Adresse"), unique=True)
    name = models.CharField(_("Name"), max_length=200, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        """One account per address, whatever the case of its letters."""

        verbose_name = _("Person")
        verbose_name_plural = _("Personen")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("email"), name="one_account_per_email"),
        ]

    def __str__(self) -> str:
        """Return the name, or the address where no name is known."""
        return self.name or self.email

    def get_full_name(self) -> str:
        """Return the name, as Django's admin expects it."""
        return self.name

    def get_short_name(self) -> str:
        """Return the name, as Django's admin expects it."""
        return self.name or self.email


class SignedInSession(models.Model):
    """Whose a session is, so that people can see and end their own; it goes with the session.

    `device` is as rough as "Firefox, Windows"; no network address is kept.
    """

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True, related_name="signed_in")
    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    begun_at = models.DateTimeField(_("angemeldet"), default=timezone.now)
    device = models.CharField(_("Gerät"), max_length=60, blank=True)

    class Meta:
        """Never shown in the admin: the key of a session is as good as a password."""

        verbose_name = _("Sitzung")
        verbose_name_plural = _("Sitzungen")

    def __str__(self) -> str:
        """Return the device."""
        return self.device
