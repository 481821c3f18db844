"""Texts become weights of terms, as the textbook says."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from mlwright.records.model import TextColumn
from mlwright.scoring import text as text_module
from mlwright.scoring.text import TextEncoder, character_grams, word_grams

TEXTS = [
    "The flight was late, again!",
    "the crew was great and THE food was great",
    "no flight; no refund",
    "great",
    "a b",
    "été à la plage",
    "!!! ???",
]


def encoder(vectorizer, sort, **sizes):
    terms = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get)
    column = TextColumn(
        name="remarks",
        terms=tuple(sort + term for term in terms),
        idf="idf",
        **{"word_ngrams": (0, 0), "char_ngrams": (0, 0)} | sizes,
    )
    return TextEncoder([column], {"idf": vectorizer.idf_})


@pytest.mark.parametrize("sizes", [(1, 1), (1, 2), (2, 3)])
def test_word_terms_weigh_as_in_scikit_learn(sizes):
    reference = TfidfVectorizer(ngram_range=sizes, sublinear_tf=True, token_pattern=r"\w+").fit(TEXTS)
    sparse, _ = encoder(reference, "w:", word_ngrams=sizes).encode([TEXTS])
    np.testing.assert_allclose(sparse.toarray(), reference.transform(TEXTS).toarray(), rtol=1e-6)


@pytest.mark.parametrize("sizes", [(3, 3), (3, 5), (2, 4)])
def test_character_terms_weigh_as_in_scikit_learn(sizes):
    texts = [text for text in TEXTS if text not in ("a b", "été à la plage")]
    reference = TfidfVectorizer(analyzer="char_wb", ngram_range=sizes, sublinear_tf=True).fit(texts)
    sparse, _ = encoder(reference, "c:", char_ngrams=sizes).encode([texts])
    np.testing.assert_allclose(sparse.toarray(), reference.transform(texts).toarray(), rtol=1e-6)


def test_a_piece_shorter_than_the_shortest_n_gram_has_none():
    assert list(character_grams("a", (4, 5))) == []
    assert list(character_grams("a", (3, 5))) == [" a "]


def test_no_n_grams_of_size_nought():
    assert list(word_grams("a b", (0, 0))) == list(character_grams("a", (0, 0))) == []


def test_a_very_long_piece_is_looked_at_from_its_beginning():
    grams = list(character_grams("x" * 100_000, (3, 3)))
    assert len(grams) == text_module.LONGEST_PIECE


def test_what_is_remembered_does_not_change_what_is_said(monkeypatch):
    reference = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)).fit(TEXTS)
    first = encoder(reference, "c:", char_ngrams=(2, 4))
    once, again = first.encode([TEXTS])[0], first.encode([TEXTS])[0]
    monkeypatch.setattr(text_module, "REMEMBERED_PIECES", 2)
    forgetful = encoder(reference, "c:", char_ngrams=(2, 4)).encode([TEXTS])[0]
    assert (once != again).nnz == (once != forgetful).nnz == 0
