"""How static files are named and served."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

_KINDS_OF_FILES, _IMPORTS = HashedFilesMixin._js_module_import_aggregation_patterns  # type: ignore[attr-defined]


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # (whitenoise is untyped)
    """Files with the hash of their content in their name, in the `import` lines of our own scripts as well.

    Django's switch for that reads all scripts, and stumbles over those of packages that expect a bundler.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", _IMPORTS))
