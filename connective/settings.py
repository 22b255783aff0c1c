"""Settings of the portal: everything that differs between installations comes from the environment.

Without any environment the portal starts in demo mode on embedded defaults; production sets at least
`PORTAL_MODE=production`, `SECRET_KEY`, `ALLOWED_HOSTS`, `DATABASE_URL`, `REDIS_URL` and `EMAIL_URL`.
"""

from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF, STRICT_DYNAMIC
from django.utils.translation import gettext_lazy as _

from connective.environment import Environment, document_store, scanner_address
from connective.modes import refuse_mixtures

# Lets generic base classes name their model, for the type checker, at no cost at run time.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()
Environment.read_env(BASE_DIR / ".env")
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
"""What the portal writes where nothing else is set: database, documents, mailbox, unpacked fonts."""

PORTAL_MODE = env.str("PORTAL_MODE", default="demo")
"""`demo`, `test` or `production`; `connective.modes` refuses any mix of them."""
DEMO = PORTAL_MODE == "demo"
PRODUCTION = PORTAL_MODE == "production"

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="" if PRODUCTION else "demo-and-test-only-" + "0123456789" * 4)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")
"""The portal's own address, without a slash at the end, for links in mails and documents."""

INSTALLED_APPS = [
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "connective.accounts",
    "connective.audit",
    "connective.backup",
    "connective.mail",
    "connective.observe",
    "connective.privacy",
    "connective.demo",
    "connective.site",
    "submissions",
    "review",
    "crispy_forms",
    "django_htmx",
    "rules.apps.AutodiscoverRulesConfig",
    "django_linear_migrations",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "connective.observe.requests.observe",
    "connective.site.responses.leave_out_body_of_head",
    "connective.site.responses.add_policies",
    "connective.observe.views.answer_the_monitor",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "connective.receiving.stamp_received_at",
    "connective.receiving.leave_out_what_nobody_types",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "submissions.views.meter.give_way",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "connective.accounts.sessions.prolong_signed_in",
    "connective.accounts.sessions.keep_out_of_caches",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "connective.site.responses.allow_scripts_of_admin",
    "connective.site.responses.explain_wrong_method",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "connective.accounts.second_factor.keep_the_door",
    "connective.accounts.rate_limits.limit_staff_pages",
    "connective.accounts.kept_text.keep_text",
]

ROOT_URLCONF = "connective.urls"
WSGI_APPLICATION = "connective.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "connective.page.page",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "kern"
CRISPY_TEMPLATE_PACK = "kern"

# --- Data -----------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock first: SQLite ignores select_for_update (docs/decisions).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

REDIS_URL = env.str("REDIS_URL", default="" if PRODUCTION else "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "connective.cache.Cache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
}

MEDIA_ROOT = env.str("DOCUMENTS_DIR", default=str(VAR_DIR / "documents"))
"""Private documents (letters of support, official PDFs): never served by path, only by views."""
STORAGES = {
    "default": document_store(env),
    "staticfiles": {"BACKEND": "connective.site.static_files.StaticFiles"},
}
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("kern", BASE_DIR / "node_modules" / "@kern-ux" / "native" / "dist"),
]
BACKUP_RECIPIENTS = env.list("BACKUP_RECIPIENTS", default=[])
"""The public keys (age1...) for which `manage.py backup` encrypts."""
FONTS_DIR = BASE_DIR / "node_modules"
"""Where the font packages of the official PDF lie (KERN's Fira Sans and Noto Sans as fallback)."""

DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
CLAMAV_ADDRESS = scanner_address(env)
"""Where the virus scanner for uploaded files listens; None: there is none (`connective.scanning`)."""

# --- Background work ------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A request that tells of a task waits two seconds for a dead broker, once (it would be six; the sweepers find it).
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "max_retries": 0,
    "visibility_timeout": 3600,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 20_000
"""Each PDF that is written leaves some hundred bytes behind (docs/benchmarks.md); a new process begins without them."""
# A free worker takes the task with the lowest number, of equal ones the oldest.
_priorities = {
    # Somebody waits for it at a screen, or it shows that somebody works.
    "connective.accounts.tasks.send_code": 0,
    "connective.observe.tasks.heartbeat": 0,
    "submissions.tasks.measure_description": 0,
    # It comes by the thousand, or by night.
    "connective.privacy.tasks.erase_expired": 9,
    "review.tasks.make_answers": 9,
    "review.tasks.sweep_answers": 9,
    "*": 6,
}
CELERY_TASK_ROUTES = {task: {"priority": number} for task, number in _priorities.items()}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "show that worker and beat are alive": {"task": "connective.observe.tasks.heartbeat", "schedule": 60.0},
    "send what was not told": {"task": "connective.mail.tasks.sweep", "schedule": 60.0, "options": {"expires": 60}},
    "hand out the head of the audit log": {"task": "connective.mail.tasks.mail_audit_head", "schedule": 3600.0},
    "finish receipts that were not told": {"task": "submissions.tasks.sweep_receipts", "schedule": 60.0},
    "make the letters that were not told": {
        "task": "review.tasks.sweep_answers",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "remind of drafts": {"task": "submissions.tasks.remind_of_drafts", "schedule": 900.0},
    "make minutes that were not told": {"task": "review.tasks.sweep_minutes", "schedule": 60.0},
    "send mails about votes": {"task": "review.tasks.send_vote_mails", "schedule": 60.0},
    "tell the office": {"task": "review.tasks.tell_the_office", "schedule": 900.0},
    "erase what has had its time": {
        "task": "connective.privacy.tasks.erase_expired",
        "schedule": crontab(hour=2, minute=15),
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

PERSONAL_DATA = ["submissions.personal_data", "review.personal_data", "connective.privacy.own_data"]
"""The modules that say what the portal knows about people and when it forgets it (`connective.privacy.register`)."""

# --- Mail -----------------------------------------------------------------------------------

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://" if PRODUCTION else "smtp://127.0.0.1:1025")
vars().update(EMAIL_CONFIG)
if DEMO:
    EMAIL_BACKEND = "connective.demo.mailbox.MailboxBackend"
EMAIL_PROVIDER = env.str("EMAIL_PROVIDER", default="")
"""A provider by django-anymail's name ("mailgun", "postmark", ...): takes the mail by its API, and reports what came back."""
if EMAIL_PROVIDER and PRODUCTION:
    ANYMAIL = env.json("ANYMAIL")
    INSTALLED_APPS.append("anymail")
    EMAIL_BACKEND = f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend"
DEMO_MAILBOX_DIR = VAR_DIR / "mailbox"
EMAIL_TIMEOUT = 600
"""Seconds; RFC 5321 4.5.3.2.6 asks for ten minutes after DATA."""
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Connective Cities <themenaufruf@example.org>")

# --- People and sessions --------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "submissions:proposals"
LOGOUT_REDIRECT_URL = "submissions:home"
SESSION_ENGINE = "connective.accounts.sessions"
SESSION_COOKIE_AGE = 7 * 24 * 3600
"""Seconds; as long as an unproved draft is kept. A signed-in session ends earlier."""
SIGNED_IN_IDLE_SECONDS = env.int("SIGNED_IN_IDLE_SECONDS", default=2 * 3600)
# No script reads a cookie: forms carry their token, and so do the requests of scripts.
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "connective.accounts.views.csrf_failure"

# --- Sign-in --------------------------------------------------------------------------------

ACCOUNT_ADAPTER = "connective.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
"""The code proves the address; allauth's own list of addresses is not used."""
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_LOGIN_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 5
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_RATE_LIMITS = {
    # "ip" is a network: the address of the client, of IPv6 the /64. Town halls share one, so these are wide.
    "request_login_code": "60/10m/ip,20/h/key,60/d/key",
    "request_login_code_here": "6/10m/key",
    "try_login_code": "5/15m/key",
    "try_login_code_here": "30/d/key",
    "try_login_code_anywhere": "120/10m/ip,200/d/key",
    "try_factor_here": "10/15m/key,40/d/key",
    "try_factor_anywhere": "100/d/key",
    "try_recovery_code_anywhere": "1000/d/key",
}
"""See `connective.accounts.rate_limits`. A stranger guesses an address's code with a chance of at most 1 in 5,000 a day."""
if PRODUCTION and env.bool("BEHIND_PROXY", default=True):
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1)
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=not DEMO)
"""Nobody gets into the administration or to the committee's pages without one; off in demo mode only, where one click signs in."""
MFA_ADAPTER = "connective.accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_KEYS = env.list("MFA_KEYS", default=[])
"""What seals secrets of second factors, the newest first; without any, `SECRET_KEY` does (`connective.accounts.sealing`)."""
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
"""The issuer of the identity provider of the house; empty: there is none (`connective.accounts.oidc`)."""
OIDC_ORIGIN = "://".join(urlsplit(OIDC_SERVER_URL)[:2])
OIDC_NAME = env.str("OIDC_NAME", default="OpenID Connect")
OIDC_EMAIL_DOMAINS = env.list("OIDC_EMAIL_DOMAINS", default=[])
OIDC_TRUST_SECOND_FACTOR = env.bool("OIDC_TRUST_SECOND_FACTOR", default=False)
OIDC_SECOND_FACTOR_ACR = env.list("OIDC_SECOND_FACTOR_ACR", default=[])
SOCIALACCOUNT_ADAPTER = "connective.accounts.oidc.HouseAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "house",
                "name": OIDC_NAME,
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": OIDC_SERVER_URL, "oauth_pkce_enabled": True, "fetch_userinfo": False},
            }
        ]
    }
}
CELERY_BEAT_SCHEDULE["clear ended sessions"] = {
    "task": "connective.accounts.tasks.clear_ended_sessions",
    "schedule": 3600.0,
}

# --- Language and time ----------------------------------------------------------------------

LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("Deutsch")), ("en", _("Englisch"))]
LOCALE_PATHS = [BASE_DIR / "connective" / "locale"]
FORMAT_MODULE_PATH = "connective.locale"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Berlin"

# --- Trust ----------------------------------------------------------------------------------

RECEIPT_KEY = env.str("RECEIPT_KEY", default="")
"""The Ed25519 private key that signs receipts, as 64 hexadecimal digits; demo and test make their own."""

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE, STRICT_DYNAMIC],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # The form that leads to the identity provider is redirected there.
        "form-action": [SELF, *([OIDC_ORIGIN] if OIDC_SERVER_URL else [])],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    if env.bool("BEHIND_PROXY", default=True):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="mailto:sicherheit@example.org")
"""Whom somebody writes to who has found a weakness (an address with https: or mailto:), for /.well-known/security.txt."""

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
"""The token with which Prometheus may read /metriken/; without one the page does not exist."""

SENTRY_DSN = env.str("SENTRY_DSN", default="")
"""Where errors are reported to, without anything of people (`connective.observe.errors`); empty: nowhere."""
if SENTRY_DSN:
    from connective.observe.errors import start as report_errors

    report_errors(SENTRY_DSN, environment=PORTAL_MODE)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "connective.observe.requests.RequestIdFilter"}},
    "formatters": {
        "line": {"()": "connective.observe.log_lines.Line"},
        "json": {"()": "connective.observe.log_lines.Json"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json" if PRODUCTION else "line",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    # The lines of the portal itself name routes; Django's name addresses, which can hold what people typed.
    "loggers": {name: {"level": "ERROR"} for name in ("weasyprint", "fontTools", "pikepdf")}
    | {"django.request": {"level": "CRITICAL"}, "django.security": {"level": "CRITICAL"}},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

refuse_mixtures(globals())
