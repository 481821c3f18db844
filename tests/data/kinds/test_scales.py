"""Which names stand in an order."""

import pytest

from mlwright.data.kinds.scales import in_order


@pytest.mark.parametrize(
    ("ordered", "column"),
    [
        (("low", "medium", "high"), "risk"),
        (("Low", "Medium", "High", "Very High"), "x"),
        (("niedrig", "mittel", "hoch"), "x"),
        (("jamais", "parfois", "souvent", "toujours"), "x"),
        (("very_dissatisfied", "dissatisfied", "neutral", "satisfied", "very_satisfied"), "x"),
        (("never", "often", "always"), "x"),
        (("S", "M", "L", "XL"), "x"),
        (("1", "2", "3", "4", "5"), "stars"),
        (("8", "9", "10"), "rating"),
        (("1 star", "2 stars", "5 stars"), "x"),
        (("Stage I", "Stage II", "Stage IV"), "x"),
        (("1 - bad", "2 - fair", "4 - good"), "x"),
        (("1 - not at all", "2 - a little", "3 - a lot"), "importance"),
        (("P1", "P2", "P3"), "priority"),
        (("tier_1", "tier_2", "tier_3"), "x"),
        (("kalt", "warm", "heiß"), "x"),
        (("leicht", "mäßig", "schwer"), "x"),
        (("<18", "18-24", "25-64", "65+"), "x"),
        (("<20k", "20k-40k", "40k-60k", ">60k"), "x"),
        (("1,000-1,999", "2,000-2,999", "3,000+"), "x"),
        (("A", "B", "C", "D"), "energy rating"),
    ],
)
def test_names_of_a_scale_are_put_in_order(ordered, column):
    assert in_order(sorted(ordered, reverse=True), column) == ordered


@pytest.mark.parametrize(
    ("names", "column"),
    [
        (["setosa", "versicolor", "virginica"], "species"),
        (["red", "blue", "green"], "colour"),
        (["0", "1", "2"], "target"),
        (["1", "2", "3"], "class"),
        (["1", "10", "100"], "rating"),
        (["cluster 1", "cluster 2", "cluster 3"], "x"),
        (["A", "B", "C", "D"], "site"),
        (["10-20", "15-30", "25+"], "x"),
        (["low", "high", "blue"], "x"),
        (["low", "niedrig", "high"], "x"),
        (["low", "high"], "x"),
        (["0-0", "0-1", "1-0", "1-1"], "score"),
        (["1 - cat", "2 - dog", "3 - bird"], "animal"),
        (["P1", "P2", "P3"], "plant"),
        (["1", "2", "3"], "risk_cluster"),
    ],
)
def test_other_names_have_no_order(names, column):
    assert in_order(names, column) == ()
