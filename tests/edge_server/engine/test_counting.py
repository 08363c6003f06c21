from __future__ import annotations

from threading import Thread

from edge_server.engine.counting import BOUNDS, HELP, Histogram, Tally, gauge


def test_counts_add_up_by_labels() -> None:
    tally = Tally()
    tally.count("rejects", model="a", reason="x")
    tally.count("rejects", reason="x", model="a")
    tally.count("rejects", model="b", reason="x")
    assert tally.total("rejects") == 3
    assert tally.total("rejects", model="a") == 2
    assert tally.total("rejects", model="a", reason="y") == 0
    assert [(m.name, dict(m.labels)["model"], m.value) for m in tally.metrics()] == [
        ("rejects", "a", 2),
        ("rejects", "b", 1),
    ]


def test_a_histogram_counts_up_to_its_bounds() -> None:
    tally = Tally()
    for value in (0.0, 0.001, 0.0011, 600.0, 601.0):
        tally.observe("seconds", value, model="a")
    (metric,) = tally.metrics()
    assert isinstance(metric.value, Histogram)
    assert metric.kind == "histogram"
    assert metric.value.count == 5
    assert metric.value.sum == 0.0 + 0.001 + 0.0011 + 600.0 + 601.0
    assert [metric.value.counts[i] for i in (0, 1, -2, -1)] == [2, 1, 1, 1]
    assert len(metric.value.counts) == len(BOUNDS) + 1


def test_nothing_is_lost_between_threads() -> None:
    tally = Tally()

    def count() -> None:
        for _ in range(2000):
            tally.count("runs", model="a")

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tally.total("runs") == 8000


def test_a_gauge_has_sorted_labels() -> None:
    assert gauge("slots", 2, b="2", a="1").labels == (("a", "1"), ("b", "2"))


def test_every_name_is_explained() -> None:
    assert list(BOUNDS) == sorted(BOUNDS)
    assert all(text and not text.endswith(".") for text in HELP.values())
