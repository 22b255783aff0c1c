"""The translations, and how dates are written in each language."""
