"""What each figure means: label, sentence, formula and source, in one table that every page and paper links to."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Definition:
    """One figure. `formula` is in plain characters, so that it can be read aloud and copied."""

    key: str
    label: str | Promise
    text: str | Promise
    formula: str | Promise
    source: str | Promise


OWN_RULE = _("Festlegung dieses Portals; keine Anforderung des Themenaufrufs.")

_TABLE = (
    Definition(
        "sheet_score",
        _("Wert eines Bewertungsbogens"),
        _(
            "Gewichtetes Mittel der Punkte eines Bogens über die anwendbaren Anforderungen, auf 0 bis 100 umgerechnet. "
            "„Nicht anwendbar“ ist leer und zählt nicht als 0; die übrigen Gewichte tragen dann allein. "
            "Ein Bogen, auf dem nichts anwendbar ist, hat keinen Wert."
        ),
        _("100 × Summe(Gewicht × Punkte) ÷ (4 × Summe(Gewicht)), beide Summen nur über anwendbare Anforderungen"),
        _("Gewichtetes arithmetisches Mittel; Skala 0 bis 4 nach den Anforderungen des Aufrufs."),
    ),
    Definition(
        "mean",
        _("Mittelwert"),
        _(
            "Mittel der Werte aller abgegebenen Bögen zur geltenden Fassung. Jede Person zählt gleich viel. Er bestimmt den Rang."
        ),
        _("Summe der Werte der Bögen ÷ Zahl der Bögen"),
        _("Arithmetisches Mittel."),
    ),
    Definition(
        "median",
        _("Median"),
        _("Der mittlere Wert der nach Größe geordneten Bögen. Ein einzelner Ausreißer verschiebt ihn kaum."),
        _("Bei ungerader Zahl der mittlere Wert, bei gerader das Mittel der beiden mittleren Werte"),
        _("Übliche Definition des Medians."),
    ),
    Definition(
        "review_count",
        _("Zahl der Bewertungen"),
        _(
            "Abgegebene Bögen zur geltenden Fassung, die einen Wert haben. Offene Bögen und solche zu früheren Fassungen zählen nicht."
        ),
        _("Anzahl"),
        OWN_RULE,
    ),
    Definition(
        "criterion_mean",
        _("Mittel je Anforderung"),
        _(
            "Mittel der Punkte, die zu einer Anforderung vergeben wurden (0 bis 4). Wer sie für nicht anwendbar hält, geht nicht ein."
        ),
        _("Summe der Punkte ÷ Zahl der Personen, die Punkte vergeben haben"),
        _("Arithmetisches Mittel."),
    ),
    Definition(
        "criterion_spread",
        _("Spannweite je Anforderung"),
        _(
            "Abstand zwischen den meisten und den wenigsten Punkten, die zu einer Anforderung vergeben wurden (0 bis 4)."
        ),
        _("höchste Punktzahl − niedrigste Punktzahl"),
        _("Spannweite einer Stichprobe."),
    ),
    Definition(
        "musts_not_met",
        _("Nicht erfüllte Muss-Anforderungen"),
        _(
            "Muss-Anforderungen, deren Mittel unter der Mindestpunktzahl des geltenden Satzes liegt. "
            "Eine Muss-Anforderung, zu der niemand Punkte vergeben hat, gilt nicht als verfehlt. Der Rang ändert sich dadurch nicht."
        ),
        _("Mittel je Anforderung < Mindestpunktzahl"),
        OWN_RULE,
    ),
    Definition(
        "rank",
        _("Rang"),
        _(
            "Platz nach dem Mittelwert. Gleiche Mittelwerte haben denselben Rang, die folgenden Plätze bleiben frei (1, 2, 2, 4). "
            "Nichts wird zusätzlich zum Sortieren herangezogen. Gezählt werden die Vorschläge, die Sie sehen dürfen; "
            "nicht zulässige und solche ohne Bewertung haben keinen Rang."
        ),
        _("1 + Zahl der Vorschläge mit höherem Mittelwert"),
        _("Standard-Wettbewerbsrang („1224“)."),
    ),
    Definition(
        "firmness",
        _("Festigkeit des Rangs"),
        _(
            "Der niedrigste und der höchste Rang, wenn irgendeine einzelne Person nicht mitbewertet hätte oder irgendein einzelnes "
            "Gewicht um den angegebenen Anteil höher oder niedriger wäre. „Fest“ heißt: In allen diesen Fällen bleibt der Rang gleich. "
            "Hat nur eine Person bewertet, ist die Festigkeit nicht bestimmbar."
        ),
        _(
            "Kleinster und größter Rang über: die Rangfolge ohne Person i, für jedes i; die Rangfolge mit Gewicht k × (1 ± p ÷ 100), "
            "für jedes k. Hat ein Vorschlag nur die Bewertung von Person i, behält er seinen Mittelwert."
        ),
        _(
            "Jackknife: J. W. Tukey, Bias and confidence in not-quite large samples (1958). Gewichte einzeln verändert: OECD/JRC, "
            "Handbook on Constructing Composite Indicators (2008), Schritt 7."
        ),
    ),
    Definition(
        "disagreement",
        _("Uneinigkeit"),
        _(
            "Abstand zwischen dem höchsten und dem niedrigsten Bogen eines Vorschlags in Punkten von 100. Liegt er über der Schwelle "
            "des Aufrufs, ist eine weitere Bewertung oder ein Gespräch angebracht."
        ),
        _("höchster Wert − niedrigster Wert > Schwelle"),
        OWN_RULE,
    ),
    Definition(
        "alpha",
        _("Übereinstimmung (Krippendorffs Alpha)"),
        _(
            "Wie weit die Personen insgesamt übereinstimmen: 1 bei völliger Übereinstimmung, 0 wie bei zufälliger Vergabe, darunter bei "
            "planmäßigem Widerspruch. Ab 0,8 gelten Daten als verlässlich, ab 0,667 sind vorläufige Schlüsse möglich. Eine Einheit ist "
            "eine Anforderung eines Vorschlags mit mindestens zwei Bewertungen; die Punkte gelten als geordnet (ordinal)."
        ),
        _("1 − beobachtete Abweichung ÷ bei Zufall erwartete Abweichung"),
        _(
            "K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011); Schwellen aus seinem Buch Content Analysis. "
            "Gerechnet mit der Programmbibliothek krippendorff."
        ),
    ),
    Definition(
        "deviation",
        _("Abweichung von der Rangfolge"),
        _(
            "Ein Thema der Auswahlliste, das nicht nach der Rangfolge an seiner Stelle stünde: Es verdrängt ein besser bewertetes, steht vor "
            "einem besser bewerteten, hat keinen Rang, oder es wurde unter gleich bewerteten ausgewählt. Jede Abweichung braucht eine Begründung."
        ),
        _(
            "Rang > Rang des letzten Platzes der Liste, oder Rang > Rang eines Themas weiter unten, oder Gleichstand an der Grenze der Liste"
        ),
        OWN_RULE,
    ),
    Definition(
        "similarity",
        _("Ähnliche Themen"),
        _(
            "Hinweis auf Texte mit gemeinsamen seltenen Wörtern, mit diesen Wörtern. Häufige Wörter und Ortsnamen sind ausgenommen. "
            "Der Hinweis ist keine Bewertung und geht in keine Zahl ein; verwandte Themen mit anderen Wörtern findet er nicht."
        ),
        _(
            "Kosinus der TF-IDF-Vektoren; verglichen werden Substantive; gezeigt werden höchstens fünf Texte ab einem Kosinus von 0,09"
        ),
        _(
            "G. Salton, C. Buckley, Term-weighting approaches in automatic text retrieval (1988); Programmbibliothek scikit-learn."
        ),
    ),
)

DEFINITIONS = {definition.key: definition for definition in _TABLE}
"""All definitions by key, in the order in which a page shows them."""
