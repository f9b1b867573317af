"""Makes it binding that somebody left: one of the admins who are connected confirms it with a revocation.

A leave binds only honest programs; the revocation of somebody more senior binds everybody, and names what was seen of
the one who left, which stays. Each admin waits for its turn, so mostly one writes; that several do is harmless.
"""

from collections.abc import Callable, Iterator
from logging import getLogger
from random import Random
from typing import Final

import trio

from crypto.ids import IdentityKey, OpId, blake2b
from node.conversations.conversation import Conversation
from node.conversations.cut import chain_ends
from protocol.authority import Authority, Rule, cut_for
from protocol.bodies.control import Leave, Level, Revoke
from protocol.errors import UsageError

log = getLogger("node.people")

FIRST_S: Final = 1.0
"""How long the first in turn waits, for what was said before to arrive; and as long again while a sync goes on."""
TURN_S: Final = 5.0
"""How much longer each further one in turn waits."""
JITTER_S: Final = 0.5
PATIENCE: Final = 120
"""How often it is looked whether a sync has ended, before it is no longer waited for."""
_EVERYTHING: Final = Level.OWNER + 1


class Farewells:
    """Confirms the leaves of all conversations."""

    def __init__(self, *, is_busy: Callable[[Conversation], bool], random: Random) -> None:
        """`is_busy` says whether a sync of a conversation is under way, which may still bring what was said."""
        self._is_busy = is_busy
        self._random = random
        self._nursery: trio.Nursery | None = None
        self._under_way: set[OpId] = set()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Confirm until cancelled."""
        self._under_way.clear()
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            task_status.started()
            await trio.sleep_forever()

    def look(self, conversation: Conversation) -> None:
        """Take up what is to be confirmed; call it when who belongs may have changed."""
        if self._nursery is None:
            return
        for rule in unconfirmed(conversation.replica.authority, _own(conversation)):
            if rule.id not in self._under_way:
                self._under_way.add(rule.id)
                self._nursery.start_soon(self._confirm, conversation, rule)

    async def _confirm(self, conversation: Conversation, rule: Rule) -> None:
        try:
            turn = _turn(conversation, rule)
            await trio.sleep(FIRST_S + turn * TURN_S + self._random.uniform(0, JITTER_S))
            for _ in range(PATIENCE):
                if not self._is_busy(conversation):
                    break
                await trio.sleep(FIRST_S)
            authority = conversation.replica.authority
            if any(each.id == rule.id for each in unconfirmed(authority, _own(conversation))):
                conversation.rule(confirmation(conversation, rule))
                log.info("leave confirmed conversation=%s who=%s", conversation.name[:8], rule.author.hex()[:8])
        except UsageError as error:  # nothing is lost: another admin does it, or this one after its next start
            log.warning("leave not confirmed conversation=%s code=%s", conversation.name[:8], error.code)
        except Exception:  # the edge of a service: one leave's fault ends one confirmation
            log.exception("leave not confirmed conversation=%s", conversation.name[:8])
        finally:
            self._under_way.discard(rule.id)


def unconfirmed(authority: Authority, own: IdentityKey) -> Iterator[Rule]:
    """Yield the leaves that count, that nobody made binding yet, and that `own` has the standing to make binding."""
    revokes = [rule for rule in authority.rules.values() if isinstance(rule.body, Revoke)]
    for rule in authority.rules.values():
        body = rule.body
        if not isinstance(body, Leave) or not authority.is_valid(rule.id) or rule.author == own:
            continue
        member = authority.member(rule.author)
        is_back = member is not None and member.level > body.left - 1
        is_confirmed = any(
            dict(each.body.subjects).get(rule.author, _EVERYTHING) <= body.left
            and authority.is_valid(each.id)
            and not authority.includes([rule.id], each.id)  # else it is of an earlier time, and they had come back
            for each in revokes
            if isinstance(each.body, Revoke)
        )
        if not is_back and not is_confirmed and _outranks(authority, own, rule):
            yield rule


def confirmation(conversation: Conversation, rule: Rule) -> Revoke:
    """Return the revocation by which this person makes a leave binding (UsageError where they are no member)."""
    assert isinstance(rule.body, Leave)
    authority, person = conversation.replica.authority, rule.author
    member = authority.member(_own(conversation))
    if member is None:
        raise UsageError("not_allowed", "you are not a member of this conversation")
    ends = chain_ends(conversation.replica, conversation.records, [person])
    return Revoke(member.proof, ((person, rule.body.left),), cut_for(authority, [person], ends))


def _outranks(authority: Authority, own: IdentityKey, rule: Rule) -> bool:
    """Return whether a revocation by `own` reaches the standing by which somebody left."""
    member = authority.member(own)
    if member is None or member.level < Level.ADMIN:
        return False
    assert isinstance(rule.body, Leave)
    theirs = authority.standing(rule.body.proof, rule.author)
    if theirs.level >= Level.ADMIN and member.level < Level.OWNER:
        return False
    return authority.standing(member.proof, own).key < theirs.key


def _turn(conversation: Conversation, rule: Rule) -> int:
    """Return how many of the admins who are connected come before this one: the same order at each of them."""
    authority, own = conversation.replica.authority, _own(conversation)
    connected = {own, *conversation.view.connected}
    able = [identity for identity in connected if _outranks(authority, identity, rule)]
    order = sorted(able, key=lambda identity: blake2b(rule.id + identity, person=b"p2p.farewell"))
    return order.index(own) if own in order else len(order)


def _own(conversation: Conversation) -> IdentityKey:
    return conversation.profile.secrets.identity.public
