from __future__ import annotations

import threading

import pytest

from edge_runtime.video.channels import Channel


def test_items_come_in_order_and_then_the_end() -> None:
    channel: Channel[int] = Channel(3)
    for item in (1, 2, 3):
        assert channel.put(item)
    channel.finish()
    assert list(channel) == [1, 2, 3]


def test_an_error_comes_after_what_was_put_before_it() -> None:
    channel: Channel[int] = Channel(3)
    channel.put(1)
    channel.finish(ValueError("broken"))
    items = iter(channel)
    assert next(items) == 1
    with pytest.raises(ValueError, match="broken"):
        next(items)


def test_a_full_channel_waits_for_its_reader() -> None:
    channel: Channel[int] = Channel(1)

    def write() -> None:
        for item in range(50):
            channel.put(item)
        channel.finish()

    writer = threading.Thread(target=write)
    writer.start()
    assert list(channel) == list(range(50))
    writer.join()
    assert channel.dropped == 0


def test_one_that_drops_keeps_the_newest_and_never_waits() -> None:
    channel: Channel[int] = Channel(2, drops=True)
    for item in range(7):
        assert channel.put(item)
    channel.finish()
    assert list(channel) == [5, 6]
    assert channel.dropped == 5


def test_whoever_waits_is_let_go_when_the_reader_leaves() -> None:
    channel: Channel[int] = Channel(1)
    channel.put(1)
    answers: list[bool] = []
    writer = threading.Thread(target=lambda: answers.append(channel.put(2)))
    writer.start()
    channel.leave()
    writer.join()
    assert answers == [False]
    assert list(channel) == []
