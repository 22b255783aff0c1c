"""Roles x routes: what every address of the portal answers to everybody."""
