"""The seven requirements of the call as criteria to begin with: question, and what each value of the scale means.

Source: the requirements of the Themenaufruf 2021; the sentences are our own. The office edits them per call. Which
two are a must is the call's own wording: at least two further countries, and the municipality's support.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class CriterionText:
    """One criterion: `anchors` holds (German, English) for the values 0 to 4."""

    key: str
    label: str
    label_en: str
    question: str
    question_en: str
    anchors: tuple[tuple[str, str], ...]
    is_must: bool = False


TEXTS = (
    CriterionText(
        "multilateral",
        "Multilateraler fachlicher Austausch",
        "Multilateral professional exchange",
        "Bringt das Thema Fachleute aus mehreren Ländern in einen Austausch, von dem alle Seiten lernen?",
        "Does the topic bring practitioners from several countries into an exchange from which all sides learn?",
        (
            ("Kein Austausch erkennbar.", "No exchange can be seen."),
            ("Austausch im Wesentlichen in eine Richtung.", "Exchange mostly in one direction."),
            (
                "Austausch zwischen mehreren Ländern, Inhalte noch allgemein.",
                "Several countries, contents still general.",
            ),
            (
                "Fachlicher Austausch mit klaren Fragen aller Seiten.",
                "Professional exchange with clear questions of all sides.",
            ),
            (
                "Fachlich dicht, alle Seiten tragen bei und lernen, gut begründet.",
                "Dense in substance; all sides contribute and learn, with good reasons given.",
            ),
        ),
    ),
    CriterionText(
        "relevance",
        "Relevanz für Städte hier und in Entwicklungs- und Schwellenländern",
        "Relevance for cities here and in developing and emerging countries",
        "Wie wichtig ist das Thema für Städte in Deutschland und zugleich für Städte in Entwicklungs- und Schwellenländern?",
        "How important is the topic to cities in Germany and to cities in developing and emerging countries alike?",
        (
            ("Für andere Städte ohne Bedeutung.", "Of no importance to other cities."),
            ("Nur für einzelne Städte wichtig.", "Important to single cities only."),
            ("Für eine der beiden Seiten wichtig.", "Important to one of the two sides."),
            ("Für beide Seiten wichtig.", "Important to both sides."),
            ("Für beide Seiten dringlich und gut belegt.", "Urgent for both sides and well supported."),
        ),
    ),
    CriterionText(
        "municipal",
        "Thema und Know-how auf kommunaler Ebene",
        "Topic and know-how at municipal level",
        "Liegen Aufgabe und Wissen vor allem bei den Kommunen selbst?",
        "Do the task and the knowledge lie mainly with the municipalities themselves?",
        (
            ("Keine kommunale Aufgabe.", "Not a municipal task."),
            ("Kommunen sind nur am Rande beteiligt.", "Municipalities are involved marginally."),
            (
                "Kommunale Aufgabe, das Wissen liegt überwiegend anderswo.",
                "Municipal task; most knowledge lies elsewhere.",
            ),
            (
                "Kommunale Aufgabe mit eigenem Wissen der Kommune.",
                "Municipal task with the municipality's own knowledge.",
            ),
            (
                "Kernaufgabe mit nachgewiesener eigener Erfahrung.",
                "Core task with proven experience of its own.",
            ),
        ),
    ),
    CriterionText(
        "innovation",
        "Innovation nachhaltiger Stadtentwicklung",
        "Innovation in sustainable urban development",
        "Ist der Ansatz neu, oder verbreitet er neue Ansätze nachhaltiger Stadtentwicklung?",
        "Is the approach new, or does it spread new approaches to sustainable urban development?",
        (
            ("Nichts Neues.", "Nothing new."),
            ("Bekannter Ansatz mit kleinen Änderungen.", "Known approach with small changes."),
            ("Für die Kommune neu, anderswo üblich.", "New to the municipality, usual elsewhere."),
            ("Neuer Ansatz, oder er hilft, einen neuen zu verbreiten.", "New approach, or helps to spread one."),
            (
                "Neuer Ansatz, erprobt und auf andere Städte übertragbar.",
                "New, tried and transferable to other cities.",
            ),
        ),
    ),
    CriterionText(
        "countries",
        "Akteure aus mindestens zwei weiteren Ländern",
        "Actors from at least two further countries",
        "Kommen die Städte aus mindestens zwei weiteren Ländern, darunter möglichst ein Entwicklungs- oder Schwellenland?",
        "Do the cities come from at least two further countries, with a developing or emerging one among them if possible?",
        (
            ("Kein weiteres Land.", "No further country."),
            ("Ein weiteres Land.", "One further country."),
            (
                "Zwei weitere Länder, keines davon Entwicklungs- oder Schwellenland.",
                "Two further countries, none of them developing or emerging.",
            ),
            (
                "Zwei weitere Länder, darunter ein Entwicklungs- oder Schwellenland.",
                "Two further countries, one of them developing or emerging.",
            ),
            (
                "Mehrere Länder auf beiden Seiten, Städte und Kontakte benannt.",
                "Several countries of both kinds, with cities and contacts named.",
            ),
        ),
        is_must=True,
    ),
    CriterionText(
        "follow_up",
        "Bereitschaft zu Folgeaktivitäten",
        "Willingness for follow-up activities",
        "Was will die Kommune nach der Veranstaltung tun, damit der Austausch in die Praxis wirkt?",
        "What will the municipality do after the event so that the exchange takes effect in practice?",
        (
            ("Keine Bereitschaft.", "No willingness."),
            ("Allgemeine Absicht.", "General intention."),
            ("Einzelne Aktivitäten genannt.", "Some activities named."),
            ("Konkrete Aktivitäten mit Zuständigkeit.", "Concrete activities, and who is in charge."),
            (
                "Konkrete Aktivitäten mit Zuständigkeit, Zeit und Mitteln.",
                "Concrete activities with people, time and means.",
            ),
        ),
    ),
    CriterionText(
        "support",
        "Unterstützung durch die Kommune",
        "Support by the municipality",
        "Steht die Kommune hinter Thema und Engagement, und wer hat das zugesagt?",
        "Does the municipality stand behind topic and commitment, and who has promised it?",
        (
            ("Keine Unterstützung erkennbar.", "No support can be seen."),
            ("Unterstützung nur behauptet.", "Support merely claimed."),
            ("Zusage mit Name und Funktion.", "Promise with name and function."),
            (
                "Zusage der Verwaltungsspitze oder mit Schreiben.",
                "Promise by the administration's head, or with a letter.",
            ),
            (
                "Zusage mit Schreiben, Räumen und Personal.",
                "Promise with a letter, rooms and staff.",
            ),
        ),
        is_must=True,
    ),
)
"""In the order of the call."""
