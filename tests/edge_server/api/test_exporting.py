from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from edge_server.api.exporting import EngineNumbers
from edge_server.engine.counting import Tally, gauge


def test_what_the_engine_counts_is_what_prometheus_reads() -> None:
    tally = Tally()
    for seconds in (0.002, 0.3, 700.0):
        tally.observe("seconds", seconds, model="a", stage="run")
    tally.count("rejects", model="a", reason="overloaded")
    tally.count("rejects", reason="draining")
    registry = CollectorRegistry()
    registry.register(EngineNumbers(lambda: (*tally.metrics(), gauge("leaked_threads", 2))))
    text = generate_latest(registry).decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    spread = families["pocketlens_engine_seconds"].samples
    buckets = {s.labels["le"]: s.value for s in spread if s.name.endswith("_bucket")}
    assert (buckets["0.0025"], buckets["0.5"], buckets["600.0"], buckets["+Inf"]) == (
        1,
        2,
        2,
        3,
    )
    rejects = families["pocketlens_engine_rejects"].samples
    assert {(s.labels["model"], s.labels["reason"]) for s in rejects} == {
        ("a", "overloaded"),
        ("", "draining"),
    }
    assert families["pocketlens_engine_leaked_threads"].samples[0].value == 2
