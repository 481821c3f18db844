"""The same data behind other servers; run by `serve.py --peers`, in an environment that has them.

Usage: python serve_peers.py make DATA FOLDER TREES LEAVES | python serve_peers.py fastapi FOLDER PORT

The model is the plain one: missing values filled by the mean, names one-hot, one LightGBM of so many trees with so many
leaves each, in one thread. All answer with it as most people write it: records into a table of pandas, the table
through the pipeline.
"""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path
from typing import Any

BENTO = """
import os, pickle
import bentoml, pandas

@bentoml.service
class Plain:
    def __init__(self):
        with open(os.path.join(os.path.dirname(__file__), "model.pickle"), "rb") as file:
            self.model = pickle.load(file)

    @bentoml.api
    def predict(self, records: list[dict]) -> list[list[float]]:
        return self.model.predict_proba(pandas.DataFrame(records)).tolist()
"""


LIT = """
import os, pickle, sys
import litserve, pandas

class Plain(litserve.LitAPI):
    def setup(self, device):
        with open(os.path.join(os.path.dirname(__file__), "model.pickle"), "rb") as file:
            self.model = pickle.load(file)

    def decode_request(self, request):
        return request["records"]

    def predict(self, records):
        return self.model.predict_proba(pandas.DataFrame(records)).tolist()

    def encode_response(self, output):
        return {"predictions": output}

if __name__ == "__main__":
    server = litserve.LitServer(Plain(), accelerator="cpu")
    port = int(sys.argv[1])
    server.run(host="127.0.0.1", port=port, num_api_servers=1, generate_client_file=False, log_level="error")
"""

NOTHING = """
def application(environ, start_response):
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]
"""


def make(data: str, folder: Path, n_trees: int, n_leaves: int) -> None:
    import mlflow.sklearn
    import pandas
    from lightgbm import LGBMClassifier
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    table = pandas.read_csv(data)
    numbers = table.select_dtypes("number").columns
    table[numbers] = table[numbers].astype(float)
    columns = make_column_transformer(
        (SimpleImputer(), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
    )
    model = make_pipeline(columns, LGBMClassifier(n_estimators=n_trees, num_leaves=n_leaves, n_jobs=1, verbose=-1))
    model.fit(table.drop(columns="deposit"), table["deposit"])
    folder.mkdir(parents=True)
    (folder / "model.pickle").write_bytes(pickle.dumps(model))
    (folder / "plain.py").write_text(BENTO)
    (folder / "lit.py").write_text(LIT)
    (folder / "empty.py").write_text(NOTHING)
    mlflow.sklearn.save_model(model, str(folder / "mlflow"), serialization_format="cloudpickle")


def fastapi(folder: Path, port: int) -> None:
    import pandas
    import uvicorn
    from fastapi import FastAPI

    model = pickle.loads((folder / "model.pickle").read_bytes())
    app = FastAPI()

    @app.post("/predict")
    def predict(records: list[dict[str, Any]]) -> list[list[float]]:
        found: list[list[float]] = model.predict_proba(pandas.DataFrame(records)).tolist()
        return found

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    what, first, second, *size = sys.argv[1:]
    if what == "make":
        make(first, Path(second), *map(int, size))
    else:
        fastapi(Path(first), int(second))
