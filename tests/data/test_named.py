from mlwright.records.contract import Clause, Contract
from mlwright.records.named import by_name


def clause(name: str, kind: str = "number") -> Clause:
    return Clause(name=name, kind=kind, type="double", optional=False)


def test_a_copy_with_other_columns_finds_its_own():
    contract = Contract(n_rows=3, columns=(clause("age"), clause("town")))
    assert contract.clause("town").kind == "number"
    copy = contract.model_copy(update={"columns": (clause("town", "category"),)})
    assert copy.clause("town").kind == "category"
    assert "age" not in by_name(copy, copy.columns)
    assert contract.clause("age").name == "age"


def test_of_two_of_one_name_the_first_is_found():
    contract = Contract(n_rows=3, columns=(clause("age"), clause("age", "text")))
    assert contract.clause("age").kind == "number"


def test_what_was_looked_up_is_no_part_of_the_record():
    contract, other = (Contract(n_rows=3, columns=(clause("age"),)) for _ in range(2))
    contract.clause("age")
    assert contract == other
    assert contract.digest() == other.digest()
