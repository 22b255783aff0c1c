"""Reading the settings from the environment: each has a type, and a wrong value ends the start with a sentence that names it."""

from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

TRUE, FALSE = ("true", "on", "yes", "1"), ("false", "off", "no", "0")
S3_CONNECT_SECONDS, S3_READ_SECONDS, S3_ATTEMPTS = 3, 20, 3
CLAMD_PORT = 3310


class _Values(FileAwareMapping):  # type: ignore[misc]
    """Variables, or the contents of the files they name, without the line break that an editor leaves at the end."""

    def __getitem__(self, name: str) -> str:
        """Return the value. Raises KeyError, or OSError for a file that cannot be read."""
        value: str = super().__getitem__(name)
        return value.rstrip("\r\n")


class Environment(environ.FileAwareEnv):  # type: ignore[misc]
    """django-environ with values from files (`NAME_FILE`), whose wrong values never pass silently or as a traceback."""

    def __init__(self) -> None:
        """Read the environment of this process."""
        super().__init__()
        self.ENVIRON = _Values()

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """Return the typed value of `var`. Raises ImproperlyConfigured with its name if it is missing or of another type."""
        try:
            return super().get_value(var, *args, **kwargs)
        except OSError as error:
            message = f"{var}_FILE names a file that cannot be read: {error.strerror or error}."
            raise ImproperlyConfigured(message) from error
        except ImproperlyConfigured:
            raise
        except Exception as error:  # whatever a cast raises; the value itself may be a secret and is not shown
            kind = getattr(kwargs.get("cast") or (args[0] if args else None), "__name__", "other kind of value")
            message = f"{var} must be a valid {kind}."
            raise ImproperlyConfigured(message) from error

    def bool(self, var: str, default: bool = False) -> bool:
        """Return yes or no; anything else is a mistake, which django-environ would take for no."""
        word = self.get_value(var, default=str(default)).strip().lower()
        if word not in TRUE + FALSE:
            message = f"{var} must be one of {', '.join(TRUE + FALSE)}."
            raise ImproperlyConfigured(message)
        return word in TRUE


def document_store(env: Environment) -> dict[str, Any]:
    """Return the storage of private documents: a folder, or with `DOCUMENTS_URL=s3://bucket/folder` an S3-compatible store.

    Names are never taken twice, objects are private, and the store is asked with time-outs, since people wait for it.
    Raises ImproperlyConfigured for another scheme or without a bucket.
    """
    url = urlsplit(env.str("DOCUMENTS_URL", default=""))
    if not url.geturl():
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    if url.scheme != "s3" or not url.netloc:
        message = (
            "DOCUMENTS_URL must look like s3://bucket or s3://bucket/folder; without it documents lie in DOCUMENTS_DIR."
        )
        raise ImproperlyConfigured(message)
    from botocore.config import Config

    options = {
        "bucket_name": url.netloc,
        "location": url.path.strip("/"),
        "endpoint_url": env.str("S3_ENDPOINT_URL", default="") or None,
        "region_name": env.str("S3_REGION", default="") or None,
        "access_key": env.str("S3_ACCESS_KEY_ID", default="") or None,
        "secret_key": env.str("S3_SECRET_ACCESS_KEY", default="") or None,
        "file_overwrite": False,
        "default_acl": None,
        "client_config": Config(
            signature_version="s3v4",
            connect_timeout=S3_CONNECT_SECONDS,
            read_timeout=S3_READ_SECONDS,
            retries={"total_max_attempts": S3_ATTEMPTS, "mode": "standard"},
            # Stores of other makers do not know the newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def scanner_address(env: Environment) -> tuple[str, int] | str | None:
    """Return where the virus scanner listens (`CLAMAV_URL`): host and port, the path of a socket, or None for no scanner.

    Raises ImproperlyConfigured for anything else, so that a scanner that is meant is never left out in silence.
    """
    text: str = env.str("CLAMAV_URL", default="")
    if not text:
        return None
    url = urlsplit(text)
    try:
        if url.scheme == "tcp" and url.hostname and url.path in {"", "/"}:
            return url.hostname, url.port or CLAMD_PORT
    except ValueError:  # the port is no number
        url = urlsplit("")
    if url.scheme == "unix" and not url.netloc and url.path.startswith("/"):
        return url.path
    message = (
        "CLAMAV_URL must look like tcp://host:3310 or unix:///run/clamav/clamd.ctl; without it nothing is scanned."
    )
    raise ImproperlyConfigured(message)
