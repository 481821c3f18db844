"""Alert rules for Prometheus over the figures of `metrics`."""

from __future__ import annotations

from typing import Any

Thing = dict[str, Any]


def alert_rules() -> Thing:
    """The rules, as Prometheus reads them: JSON is YAML."""

    def rule(name: str, query: str, wait: str, said: str) -> Thing:
        return {"alert": name, "expr": query, "for": wait, "annotations": {"summary": said}}

    rules = [
        rule("MlwrightFails", "mlwright_failures >= 3", "0m", "Looking after {{ $labels.project }} fails."),
        rule(
            "MlwrightSilent",
            "time() - mlwright_last_look_seconds > 2 * 86400",
            "10m",
            "{{ $labels.project }} was not looked at for two days.",
        ),
        rule(
            "MlwrightAsksForLabels",
            'mlwright_action{action="ask_for_labels"} == 1',
            "1h",
            "True outcomes of {{ $labels.project }} are needed.",
        ),
        rule(
            "MlwrightRolledBack",
            "increase(mlwright_rollbacks_total[1d]) > 0",
            "0m",
            "A model of {{ $labels.project }} was taken back.",
        ),
        rule("MlwrightUntold", "mlwright_notices_waiting > 0", "1d", "Notices of {{ $labels.project }} do not arrive."),
    ]
    return {"groups": [{"name": "mlwright", "rules": rules}]}
