"""Values that are missing more or less often."""

from __future__ import annotations

from scipy.stats import hypergeom

from mlwright.core.family import NotApplicable
from mlwright.data.drifts import Current, DriftTest, Reference, Shift
from mlwright.data.words import percent


class MissingShare(DriftTest):
    """Whether values are missing as often as in training.

    Fisher's exact test: given how many are missing on both sides together, those in the window follow the
    hypergeometric distribution if nothing has changed. Twice the smaller tail is the chance.

    References
    ----------
    Fisher, R. A. (1935). The logic of inductive inference. Journal of the Royal Statistical Society 98.
    """

    title = "share of missing values"

    def compare(self, reference: Reference, current: Current) -> Shift:
        """The change of the share, exactly tested."""
        n_before, n_now = reference.n_rows, len(current.missing)
        before, now = reference.profile.n_missing, int(current.missing.sum())
        if not n_now or not n_before:
            raise NotApplicable("there are no rows to compare")
        if not before and not now:
            raise NotApplicable("nothing is missing, then or now")
        drawn = hypergeom(n_before + n_now, before + now, n_now)
        p_value = min(1.0, 2.0 * min(float(drawn.cdf(now)), float(drawn.sf(now - 1))))
        shares = before / n_before, now / n_now
        sentence = f"{percent(shares[1])} of the values are missing; it was {percent(shares[0])}."
        return Shift(p_value, abs(shares[1] - shares[0]), "are missing", *shares, sentence)
