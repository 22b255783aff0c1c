"""The form in which all figures are shown."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure beside the limit that it must keep."""

    name: str
    figure: float
    limit: float | None
    unit: str

    @property
    def holds(self) -> bool:
        """Return whether the figure is within its limit; a figure without one is context."""
        return self.limit is None or self.figure <= self.limit


def table(rows: list[Row]) -> str:
    """Return the rows as text."""
    lines = [f"{'figure':<52}{'value':>12}{'limit':>14}"]
    for row in rows:
        limit = "" if row.limit is None else f"{row.limit:g} {row.unit}"
        missed = "" if row.holds else "  MISSED"
        lines.append(f"{row.name:<52}{row.figure:>9.2f} {row.unit:<7}{limit:>9}{missed}".rstrip())
    return "\n".join(lines)
