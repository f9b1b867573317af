import pytest

from node.ai.providers.retry import backoff_s, retry_after_s, should_retry


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 529])
def test_these_may_succeed_later(status):
    assert should_retry(status, {})
    assert not should_retry(status, {"x-should-retry": "false"})


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_these_will_not(status):
    assert not should_retry(status, {})
    assert should_retry(status, {"x-should-retry": "true"})


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Sun, 22 Nov 2026 02:00:09 GMT", "date": "Sun, 22 Nov 2026 02:00:00 GMT"}, 9.0),
        ({"retry-after": "Sun, 22 Nov 2026 02:00:09 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
def test_the_server_may_say_how_long_to_wait(headers, seconds):
    assert retry_after_s(headers) == seconds


def test_waits_grow_up_to_8_seconds_less_a_quarter():
    assert [backoff_s(attempt, 0.0) for attempt in (1, 2, 3, 9)] == [0.5, 1.0, 2.0, 8.0]
    assert backoff_s(1, 1.0) == 0.375
