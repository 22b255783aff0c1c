"""What somebody types who means harm, or whose clipboard does."""

MARKUP = '=HYPERLINK("x")<script>alert(1)</script><svg/onload=alert(2)>{{ 7|add:7 }}{% now "Y" %}&lt;i&gt;böse'
"""A formula, a script, a drawing, template syntax and an entity, in one title of ordinary length."""

BROKEN_OUT = ("<script>alert(1)", "<svg/onload", "&lt;i&gt;böse", "14{% now")
"""What stands in a page in which that was not shown as text."""

TOGETHER = {
    "markup": MARKUP,
    "line breaks": "a@example.org\r\nBcc: b@example.org\r\n\r\n\x00\u202e\u200b\U000e0041<b>",
    "endless": "e" + "\u0301" * 10_000 + "x" * 100_000,
}
"""Typed into all texts of a form at once."""

FIGURE = "9" * 30
"""Beyond the integers of the database; sent in the place of one choice or hidden field after the other."""
FIGURES = "9" * 5_000
"""Beyond what Python reads as an integer; sent in the place of all of them at once."""
