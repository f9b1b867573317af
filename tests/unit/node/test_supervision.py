"""A service that fails is started again, alone."""

from itertools import pairwise

import pytest
import trio
from trio.testing import MockClock

from node.supervision import CALM_S, FIRST_PAUSE_S, LONGEST_PAUSE_S, supervise


@pytest.mark.trio
async def test_a_service_that_raises_is_started_again_until_it_returns(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    starts: list[float] = []

    async def service() -> None:
        starts.append(trio.current_time())
        if len(starts) < 9:
            raise RuntimeError("broken")

    await supervise("weather", service)
    pauses = [later - earlier for earlier, later in pairwise(starts)]
    assert pauses[:3] == [FIRST_PAUSE_S, FIRST_PAUSE_S * 2, FIRST_PAUSE_S * 4]
    assert pauses[-1] == LONGEST_PAUSE_S
    assert caplog.text.count("name=weather") == 8


@pytest.mark.trio
async def test_a_service_that_had_run_well_begins_with_a_short_pause(autojump_clock: MockClock) -> None:
    starts: list[float] = []

    async def service() -> None:
        starts.append(trio.current_time())
        if len(starts) == 6:
            return
        if len(starts) == 5:
            await trio.sleep(CALM_S + 1)
        raise RuntimeError("broken")

    await supervise("weather", service)
    assert starts[4] - starts[3] == FIRST_PAUSE_S * 8
    assert starts[5] - starts[4] == CALM_S + 1 + FIRST_PAUSE_S


@pytest.mark.trio
async def test_one_service_failing_does_not_touch_another_and_cancelling_ends_both(autojump_clock: MockClock) -> None:
    steady = 0

    async def fails() -> None:
        raise ExceptionGroup("several", [RuntimeError("broken")])

    async def runs() -> None:
        nonlocal steady
        steady += 1
        await trio.sleep_forever()

    with trio.move_on_after(300) as scope:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(supervise, "fails", fails)
            nursery.start_soon(supervise, "runs", runs)
    assert scope.cancelled_caught
    assert steady == 1
