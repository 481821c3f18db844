"""Usage: python client.py URL ROWS.json"""

import json
import os
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def predict(url, records):
    """The predictions for a list of records, in their order."""
    headers = {"Content-Type": "application/json"}
    if os.environ.get("MLWRIGHT_TOKEN"):
        headers["Authorization"] = "Bearer " + os.environ["MLWRIGHT_TOKEN"]
    request = Request(url + "/predict", json.dumps({"records": records}).encode(), headers)
    try:
        with urlopen(request, timeout=30) as reply:
            return [answer["prediction"] for answer in json.load(reply)["predictions"]]
    except HTTPError as refused:
        error = json.load(refused)["error"]
        sys.exit(error["message"] + " " + error["hint"])


with open(sys.argv[2], encoding="utf-8") as file:
    for prediction in predict(sys.argv[1], json.load(file)):
        print(json.dumps(prediction).strip('"'))
