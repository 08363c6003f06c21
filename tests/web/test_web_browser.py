"""A page that is lost costs the test that lost it, not those after it."""

from __future__ import annotations

from typing import Any

import pytest

SUM = "async (web, [one, other]) => typeof web.lib.openPhoto + (one + other)"


@pytest.mark.parametrize(
    "script",
    [
        "async () => new Promise(() => undefined)",
        "async () => { for (;;) {} }",
        "async () => { throw new Error('as asked'); }",
    ],
)
def test_a_call_ends_and_the_next_one_is_answered(script: str, web: Any) -> None:
    with pytest.raises(Exception, match=r"Timeout 500ms exceeded|as asked"):
        web.call(script, seconds=0.5)
    assert web.call(SUM, [1, 2]) == "function3"


def test_a_page_that_crashed_is_opened_again(web: Any) -> None:
    web.ready()
    with pytest.raises(Exception, match="crash"):
        web.page.goto("chrome://crash")
    with pytest.raises(Exception, match=r"crash|closed"):
        web.call(SUM, [1, 2], seconds=2)
    assert web.call(SUM, [1, 2]) == "function3"


def test_a_browser_that_is_gone_is_started_again(web: Any) -> None:
    web.ready()
    web.browser.close()
    assert web.call(SUM, [1, 2]) == "function3"


def test_files_are_put_back_after_a_failure(web: Any) -> None:
    with pytest.raises(ZeroDivisionError), web.with_files({"/manifest.json": None}):
        raise ZeroDivisionError
    assert "/manifest.json" not in web.replaced
