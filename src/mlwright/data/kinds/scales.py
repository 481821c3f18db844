"""Names that stand in an order: ratings, degrees, frequencies, bands of numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from mlwright.data.kinds.names import says_code, word_set, words_of

FEWEST, MOST = 3, 12
_SCALES = """
very low; low,niedrig,gering,faible,bajo,baja,basso,bassa,baixo,baixa,niski;
medium,mid,moderate,normal,average,mittel,moyen,moyenne,medio,media,médio,média,średni;
high,elevated,hoch,élevé,élevée,fort,alto,alta,wysoki; very high,sehr hoch; critical,extreme

very poor,very bad,terrible,sehr schlecht; poor,bad,weak,schlecht,mauvais,malo,cattivo,ruim;
fair,average,ok,okay,mittel,moyen,regular,medio; good,gut,bon,bueno,buono,bom; very good,great,sehr gut,très bon,muy
bueno; excellent,outstanding,perfect,ausgezeichnet,excelente,eccellente

insufficient,ungenügend,insuffisant; sufficient,ausreichend,genügend,suffisant; satisfactory,befriedigend;
good,gut,bien; very good,sehr gut,très bien; excellent

very dissatisfied,very unsatisfied,sehr unzufrieden; dissatisfied,unsatisfied,unzufrieden,insatisfait;
neutral,neither,indifferent,neither satisfied nor dissatisfied; satisfied,zufrieden,satisfait; very satisfied,sehr
zufrieden,très satisfait

very unlikely; unlikely; neutral,possible,unsure,undecided; likely; very likely; certain

strongly disagree,totally disagree,stimme gar nicht zu; disagree,somewhat disagree,stimme nicht zu;
neutral,undecided,neither agree nor disagree,unsure,teils teils; agree,somewhat agree,stimme zu; strongly
agree,totally agree,stimme voll zu

never,nie,niemals,jamais,nunca,mai,nigdy; rarely,seldom,almost never,selten,rarement,raramente,rara vez,rzadko;
sometimes,occasionally,manchmal,gelegentlich,parfois,a veces,a volte,às vezes,czasem;
often,frequently,usually,oft,häufig,souvent,a menudo,spesso,frequentemente,często; always,almost
always,immer,toujours,siempre,sempre,zawsze

none,no,absent,nil,keine,aucun; minimal,trace,very mild; mild,minor,slight,light,leicht,léger,leve;
moderate,medium,mittel,mäßig,modéré,moderado; severe,serious,major,heavy,schwer,grave,sévère; critical,very
severe,extreme; fatal,lethal,death

tiny,very small,xxs; extra small,xs; small,s,klein,petit,pequeño,piccolo,pequeno;
medium,m,mittel,moyen,mediano,medio,médio; large,big,l,groß,gross,grand,grande; very large,huge,extra large,xl;
xxl,2xl,giant; xxxl,3xl

very short; short,kurz,court,corto; medium,mittel,moyen,medio; long,lang,largo,lungo; very long

very slow; slow,langsam,lent,lento; medium,normal,moderate; fast,quick,schnell,rapide,rápido,veloce; very fast

infant,baby; child,kid,kind; teenager,teen,adolescent,youth; young adult,young,junger erwachsener; adult,middle
aged,erwachsen; old,elderly,senior

cold,kalt,froid; cool,kühl; mild,warm; hot,heiß,chaud; very hot

beginner,novice,anfänger,débutant; elementary,basic; intermediate,fortgeschritten,intermédiaire; advanced;
expert,experte; master

bronze; silver; gold; platinum,platin; diamond

green,grün,vert,verde; yellow,amber,gelb,orange,jaune,amarillo,giallo,amarelo; red,rot,rouge,rojo,rosso,vermelho

negative,negativ,négatif,negativo; neutral,neutre,neutro; positive,positiv,positif,positivo

much worse; worse,decreased,declined,schlechter; same,unchanged,stable,no change,gleich;
better,improved,increased,besser; much better

info,debug; notice; warning,warn; error; critical,fatal

primary,primary school; secondary,secondary school,high school;
bachelor,bachelors,undergraduate,tertiary,college,university; master,masters,graduate; doctorate,phd,doctor
"""
"""Scales apart by blank lines, their degrees by ``;``, words for one degree by ``,``."""
_COUNTED = word_set(
    """star stars stern sterne étoile étoiles estrella estrellas grade level lvl stage stufe phase degree tier rank
    rating score point points punkte step year risk risiko severity priority prio quality note"""
)
_LETTERS = frozenset({"p", "g"})
_RATED = word_set(
    """rating ratings rate score scores star stars stern sterne grade grades level stage quality satisfaction severity
    priority risk rank ranking likert agreement opinion importance difficulty intensity pain mood happiness health
    bewertung note noten zufriedenheit qualität qualitaet stufe satisfaction satisfacción soddisfazione
    satisfação qualité calidad qualità qualidade ocena"""
)
_NO_RATING = word_set("cluster segment type kind species ward")
_GRADED = word_set("grade grades rating mark marks note noten band rank energy efficiency score quality klasse level")
_NUMBER = r"[$€£]?\s*([0-9]+(?:[.,][0-9]+)*)\s*([kKmM]?)"
_BAND = re.compile(rf"{_NUMBER}\s*(?:-|–|—|to|bis|à|a|\.\.)\s*{_NUMBER}\s*(?:[^\W\d_]{{0,9}}|[%€$])\.?", re.IGNORECASE)
_BELOW = re.compile(
    rf"(?:<=?|≤|under|below|less than|up to|bis|unter|jusqu'à|moins de)\s*{_NUMBER}\s*[^\d]{{0,9}}", re.IGNORECASE
)
_ABOVE = re.compile(
    rf"(?:>=?|≥|over|above|more than|ab|über|plus de)\s*{_NUMBER}\s*[^\d]{{0,9}}"
    rf"|{_NUMBER}\s*(?:\+|and more|or more|and over|and older|or older|plus|und mehr)\s*[^\d]{{0,9}}",
    re.IGNORECASE,
)
_THOUSANDS = {"": 1.0, "k": 1e3, "m": 1e6}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7}


def in_order(names: Sequence[str], column: str) -> tuple[str, ...]:
    """The names from lowest to highest where they stand in an order; else nothing.

    Whole numbers that run on, in a column of ratings (1 to 5), numbers with a word (``2 stars``, ``4 - good``), bands
    (``18-24``, ``65+``), letters of a grade, and words of known scales, all of one scale.

    Parameters
    ----------
    names : sequence of str
        All different values, in canonical spelling.
    column : str
        Its name: bare numbers and letters have an order where it is that of a rating.

    Examples
    --------
    >>> in_order(["high", "low", "medium"], "risk"), in_order(["65+", "18-24", "25-64"], "age")
    (('low', 'medium', 'high'), ('18-24', '25-64', '65+'))
    >>> in_order(["red", "blue", "green"], "colour"), in_order(["1", "2", "3"], "stars")
    ((), ('1', '2', '3'))
    """
    if not FEWEST <= len(names) <= MOST:
        return ()
    of_column = (_whole(names, column), _counted(names, column), _letters(names, column))
    for places in (*of_column, _bands(names), _words(names)):
        if places is not None:
            return tuple(sorted(names, key=places.__getitem__))
    return ()


def _whole(names: Sequence[str], column: str) -> dict[str, float] | None:
    """Ratings, as the name of the column says; a number may as well stand for a class that has no order."""
    if not _is_rated(column) or not all(re.fullmatch(r"-?[0-9]{1,3}", name) for name in names):
        return None
    numbers = {name: float(name) for name in names}
    return numbers if max(numbers.values()) - min(numbers.values()) < 2 * len(names) else None


def _is_rated(column: str) -> bool:
    words = set(words_of(column))
    return bool(_RATED & words) and not _NO_RATING & words and not says_code(column)


def _counted(names: Sequence[str], column: str) -> dict[str, float] | None:
    """Numbers with the same word of a scale (``stage 2``), or with degrees of one behind them (``2 - fair``).

    In a column of ratings any text may stand behind them, and a letter in front (``P1``).
    """
    found = {}
    rests, texts = set(), set()
    for name in names:
        if said := re.fullmatch(r"([0-9]{1,2})\s*[-–:=.)]\s*([^\W\d].*)", name):
            found[name], rest = float(said[1]), "-"
            texts.add(said[2])
        elif numbered := re.fullmatch(r"([^\W\d]*)[\s_-]*([0-9]{1,2})[\s_-]*([^\W\d]*)", name):
            found[name], rest = float(numbered[2]), _stem(f"{numbered[1]}{numbered[3]}")
        elif (roman := re.fullmatch(r"([^\W\d]+) ([ivIV]+)", name)) and roman[2].casefold() in _ROMAN:
            found[name], rest = float(_ROMAN[roman[2].casefold()]), _stem(roman[1])
        else:
            return None
        rests.add(rest)
    known = {_stem(word) for word in _COUNTED}
    if _is_rated(column):
        known |= {"-", *_LETTERS}
    elif len(texts) == len(names) and _words(sorted(texts)):
        known.add("-")
    return found if len(rests) == 1 and rests <= known and len(set(found.values())) == len(names) else None


def _stem(word: str) -> str:
    return word.casefold().strip("_").rstrip("se")


def _bands(names: Sequence[str]) -> dict[str, float] | None:
    """Intervals that do not overlap."""
    found: dict[str, tuple[float, float]] = {}
    for name in names:
        if band := _BAND.fullmatch(name):
            low, high = _number(band[1], band[2] or band[4]), _number(band[3], band[4])
        elif below := _BELOW.fullmatch(name):
            low, high = -math.inf, _number(below[1], below[2])
        elif above := _ABOVE.fullmatch(name):
            low, high = _number(above[1] or above[3], above[2] or above[4] or ""), math.inf
        else:
            return None
        found[name] = (low, high)
    ordered = sorted(found, key=found.__getitem__)
    is_apart = all(low < high for low, high in found.values())
    is_apart = is_apart and all(found[one][1] <= found[other][0] for one, other in pairwise(ordered))
    return {name: float(place) for place, name in enumerate(ordered)} if is_apart else None


def _number(digits: str, thousands: str) -> float:
    plain = digits.replace(",", "") if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+", digits) else digits.replace(",", ".")
    plain = plain.replace(".", "") if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", plain) else plain
    return float(plain) * _THOUSANDS[thousands.casefold()] if plain.count(".") < 2 else math.nan


def _letters(names: Sequence[str], column: str) -> dict[str, float] | None:
    """Letters of a grade, from A on; ``A+`` comes before ``A``."""
    if not _GRADED & set(words_of(column)) or not all(re.fullmatch("[A-Ga-g][+-]{0,3}", name) for name in names):
        return None
    return {name: ord(name[0].upper()) - (name.count("+") - name.count("-")) / 4 for name in names}


def _words(names: Sequence[str]) -> dict[str, float] | None:
    plain = {name: " ".join(re.sub(r"[_\-/]+", " ", name.casefold()).split()) for name in names}
    for scale in _SCALES.split("\n\n"):
        degrees = [[" ".join(word.casefold().split()) for word in degree.split(",")] for degree in scale.split(";")]
        places = {word: float(place) for place, words in enumerate(degrees) for word in words}
        found = {name: places[word] for name, word in plain.items() if word in places}
        if len(found) == len(names) and len(set(found.values())) == len(names):
            return found
    return None
