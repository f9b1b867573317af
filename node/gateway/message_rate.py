"""How fast one client may write into one conversation, and ask in private sessions (S56)."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from node.gateway.limits import Bucket
from node.gateway.refusal import Refusal

SIGNALS_AT_ONCE: Final = 20.0
SIGNALS_PER_S: Final = 10.0
MAX_BUCKETS: Final = 1_000
SEARCHES_AT_ONCE: Final = 40.0
SEARCHES_PER_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates, as `[limits]` in `config.toml` may set them; the defaults let a script send 1,000 messages at once.

    Attributes:
        messages_at_once: messages and changes of them, for each connection and conversation.
        messages_per_s: how many more each second.
        asks_at_once: questions to the AI of a private session, for each connection.
        asks_per_s: how many more each second.
    """

    messages_at_once: float = 2000.0
    messages_per_s: float = 200.0
    asks_at_once: float = 20.0
    asks_per_s: float = 1.0


class Allowance:
    """What one connection may still send; it lasts as long as the connection, whatever topics are joined and left.

    Each conversation counts for itself. Of more than MAX_BUCKETS, those that were not drawn on for longest begin anew.
    The methods raise `TooFast` where nothing is left; `what` names in its reason what there is too much of.
    """

    def __init__(self, rates: Rates, *, now: Callable[[], float]) -> None:
        self._rates = rates
        self._now = now
        self._asks = Bucket(burst=rates.asks_at_once, rate_per_s=rates.asks_per_s)
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()

    def write(self, conversation: str, what: str = "messages") -> None:
        """Draw on what may be written into a conversation."""
        rates = self._rates
        self._spend(self._bucket("write", conversation, rates.messages_at_once, rates.messages_per_s), what)

    def ask(self, what: str = "questions") -> None:
        """Draw on what may be asked in private sessions, of any name: whoever asks makes up the names."""
        self._spend(self._asks, what)

    def signal(self, topic: str, what: str) -> None:
        """Draw on what no keyboard exhausts: signals of typing and presence on a topic."""
        self._spend(self._bucket("signal", topic, SIGNALS_AT_ONCE, SIGNALS_PER_S), what)

    def search(self) -> None:
        """Draw on what a search at each key pressed does not exhaust."""
        self._spend(self._bucket("search", "", SEARCHES_AT_ONCE, SEARCHES_PER_S), "searches")

    def _bucket(self, kind: str, name: str, burst: float, rate_per_s: float) -> Bucket:
        key = kind, name
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(burst=burst, rate_per_s=rate_per_s)
            if len(self._buckets) > MAX_BUCKETS:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        return bucket

    def _spend(self, bucket: Bucket, what: str) -> None:
        wait_s = bucket.take(self._now())
        if wait_s > 0:
            raise TooFast(what, max(1, round(wait_s * 1000)))


class TooFast(Refusal):
    """More than the rate allows."""

    def __init__(self, what: str, retry_after_ms: int) -> None:
        super().__init__("rate_limited", f"too many {what} at once; try again in {retry_after_ms} ms")
        self.retry_after_ms = retry_after_ms
