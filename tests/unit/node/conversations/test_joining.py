"""Joining by a link, and every reason not to be let in, over a wire in memory."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
import trio
import trio.testing

from node.conversations.joining import TITLE_S, WHOLE_S, Doorway
from node.conversations.membership import JOINING
from protocol.bodies.content import Message
from protocol.bodies.control import ControlKind
from protocol.errors import UsageError
from protocol.ops import CONTROL
from tests.unit.node.conversations.people import (
    SetClock,
    Switchboard,
    invite,
    person,
    stored_state,
    tell_everything,
)


@pytest.mark.trio
async def test_who_holds_a_link_comes_in_and_reads_and_writes(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna, person(tmp_path / "ben") as ben:
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, anna, ben)
            held = anna.library.create(title="Garden", description="")
            held.write(Message("welcome"))
            joined = await board.join(ben, invite(anna, held))
            assert joined.view.title == "Garden"
            joined.write(Message("thanks"))
            tell_everything(ben, anna, held)
            assert ben.state(joined) == anna.state(held)
            assert "thanks" in [message["text"] for message in held.view.page(before=None, limit=9)[0]]
            assert {member["name"]: member["role"] for member in held.view.members()} == {
                "Anna": "owner",
                "Ben": "member",
            }
            again = await board.join(ben, invite(anna, held))  # whoever is in stays in
            assert again is joined


@pytest.mark.trio
async def test_a_link_that_is_used_up_expired_unknown_or_ones_own_lets_nobody_in(tmp_path: Path) -> None:
    clock = SetClock()
    with (
        person(tmp_path / "anna", clock=clock) as anna,
        person(tmp_path / "ben", clock=clock) as ben,
        person(tmp_path / "carla", clock=clock) as carla,
    ):
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, anna, ben, carla)
            held = anna.library.create(title="Garden", description="")
            once = invite(anna, held)
            await board.join(ben, once)
            short = invite(anna, held, expires_s=10)
            before = anna.state(held)
            clock.at_ms += 11_000
            for guest, link, code in ((carla, once, "expired_invite"), (carla, short, "expired_invite")):
                with pytest.raises(UsageError) as told:
                    await board.join(guest, link)
                assert told.value.code == code
            with pytest.raises(UsageError, match="your own"):
                await board.join(anna, once)
            other = carla.library.create(title="Elsewhere", description="")
            with pytest.raises(UsageError) as told:
                await board.join(ben, invite(carla, other)[:-4])
            assert told.value.code == "bad_invite"
            assert anna.state(held) == before
            assert list(carla.library.conversations) == [other.id]


@pytest.mark.trio
async def test_who_cannot_be_given_the_keys_is_not_let_in_either(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna, person(tmp_path / "ben") as ben:
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, anna, ben)
            held = anna.library.create(title="Garden", description="")
            link = invite(anna, held)
            before = anna.state(held)
            anna.database.execute(
                "CREATE TEMP TRIGGER full BEFORE INSERT ON operations "
                f"WHEN NEW.plane = {CONTROL} AND NEW.kind = {int(ControlKind.EPOCH_WRAP)} "
                "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
            with pytest.raises(UsageError, match="nothing was changed"):
                await board.join(ben, link)
            assert anna.state(held) == before == stored_state(anna, held)
            anna.database.execute("DROP TRIGGER full")
            joined = await board.join(ben, link)
            assert joined.view.title == "Garden"
            assert ben.state(joined) == anna.state(held) == stored_state(anna, held)


@pytest.mark.trio
async def test_two_who_come_with_a_link_for_one_do_not_both_get_in(tmp_path: Path) -> None:
    with person(tmp_path / "anna") as anna, person(tmp_path / "ben") as ben, person(tmp_path / "carla") as carla:
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, anna, ben, carla)
            held = anna.library.create(title="Garden", description="")
            link = invite(anna, held)
            refusals: list[str] = []

            async def come(doorway: Doorway) -> None:
                try:
                    await doorway.join(link)
                except UsageError as error:
                    refusals.append(error.code)

            async with trio.open_nursery() as both:
                for guest in (ben, carla):
                    both.start_soon(come, board.doorways[guest.profile.peer_id])
            assert refusals == ["expired_invite"]
            assert len(held.replica.authority.members()) == 2


@pytest.mark.trio
async def test_who_was_let_in_is_in_also_where_nothing_comes_before_the_time_is_over(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    with person(tmp_path / "anna") as anna, person(tmp_path / "ben") as ben:
        async with trio.open_nursery() as nursery:
            board = Switchboard(nursery, anna, ben)
            held = anna.library.create(title="Garden", description="")
            network = board.networks[ben.profile.peer_id]

            async def dial_slowly(peer_id: str, addresses: Sequence[str]) -> None:
                await trio.sleep(WHOLE_S - 1)

            network.dial = dial_slowly  # type: ignore[method-assign]
            doorway = Doorway(cast(Any, network), ben.library, clock=ben.clock, want=lambda *_: trio.Event())
            began_s = trio.current_time()
            joined = await doorway.join(invite(anna, held))
            assert trio.current_time() - began_s == pytest.approx(WHOLE_S - 1 + TITLE_S)
            assert (joined.view.title, joined.status) == ("", JOINING)
            assert len(held.view.members()) == 2
            tell_everything(anna, ben, held)
            assert joined.view.title == "Garden"
