import subprocess
import sys

import mlwright

HEAVY = ("pandas", "sklearn", "lightgbm", "catboost", "ibis", "duckdb", "plotly", "flask", "pyarrow", "numpy")


def loaded_by(code: str) -> list[str]:
    probe = f"{code}; import sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    return eval(subprocess.check_output([sys.executable, "-c", probe], text=True).splitlines()[-1])


def test_every_public_name_is_there():
    assert all(getattr(mlwright, name) is not None for name in mlwright.__all__)


def test_importing_mlwright_loads_no_heavy_library():
    assert loaded_by("import mlwright") == []


def test_help_loads_no_heavy_library():
    code = (
        "import sys; sys.argv = ['mlwright', '--help']; from mlwright.faces.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n0"
    )
    assert loaded_by(code) == []
