"""A dashboard for Grafana over the figures of `metrics`."""

from __future__ import annotations

from typing import Any

PANELS = (
    ("What the last look asks for", "stat", "mlwright_action", "{{project}}: {{action}}"),
    ("Bundle in use", "stat", "mlwright_champion", "{{project}}: {{bundle}}"),
    ("Gain of contenders on a row", "timeseries", "mlwright_trial_gain", "{{project}} {{bundle}} {{bound}}"),
    ("Rows compared", "timeseries", "mlwright_trial_rows", "{{project}} {{bundle}}"),
    ("Labelled rows not learned from", "timeseries", "mlwright_fresh_labelled_rows", "{{project}}"),
    ("Trainings", "timeseries", "mlwright_trainings_total", "{{project}}"),
    ("Promotions and rollbacks", "timeseries", "mlwright_promotions_total", "{{project}} promoted"),
    ("Seconds of training today", "timeseries", "mlwright_training_seconds_today", "{{project}}"),
    ("Failures in a row", "timeseries", "mlwright_failures", "{{project}}"),
    ("Time since the last look", "timeseries", "time() - mlwright_last_look_seconds", "{{project}}"),
)


def dashboard() -> dict[str, Any]:
    """The dashboard, as Grafana imports it; whoever does says where the figures are kept."""
    panels = []
    for place, (title, sort, query, legend) in enumerate(PANELS):
        targets = [{"expr": query, "legendFormat": legend, "refId": "A"}]
        if title.startswith("Promotions"):
            targets.append({"expr": "mlwright_rollbacks_total", "legendFormat": "{{project}} taken back", "refId": "B"})
        where = {"h": 7, "w": 12, "x": 12 * (place % 2), "y": 7 * (place // 2)}
        source = {"type": "prometheus", "uid": "${source}"}
        panels.append(
            {"id": place + 1, "title": title, "type": sort, "gridPos": where, "datasource": source, "targets": targets}
        )
    variable = {"name": "source", "type": "datasource", "query": "prometheus", "label": "Data source"}
    return {
        "title": "mlwright: models that are looked after",
        "uid": "mlwright-operate",
        "schemaVersion": 39,
        "refresh": "1m",
        "time": {"from": "now-7d", "to": "now"},
        "templating": {"list": [variable]},
        "panels": panels,
    }
