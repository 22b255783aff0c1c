"""Make the first layout of a process quick."""

from django.conf import settings

from connective.pdf import engine


def warm_up() -> None:
    """Load fonts, libraries and all stylesheets of documents."""
    sheets = (settings.BASE_DIR / "templates" / "pdf").glob("*.css")
    engine.warm_up(*sorted(sheet.name for sheet in sheets))
