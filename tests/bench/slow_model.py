"""A model's server that talks at a steady pace, in OpenAI's format: `python -m tests.bench.slow_model COUNT PER_S`."""

import sys
import time
from collections.abc import Iterator

import trio

from tests.fakes.ai_server import Reply, Request, ai_server
from tests.fakes.openai_server import DONE, ROLE, delta, models

PIECE = 24
"""Characters at a time: half a dozen tokens."""
PROSE = "Ferns like the shade, and **moss** likes it more than that, since water stays for long. " * 3 + "\n\n"
LIST = "- a list of things\n- of which some are `code`\n- and others [a link](https://example.org)\n\n"
CODE = (
    "```python\n"
    + "def grow(light: int, water: int = 4) -> int:\n    return light * water  # and so on\n\n" * 24
    + "```\n\n"
)
TABLE = "| bed | plant | water |\n|---|---|---|\n" + "| north | fern | daily |\n" * 12 + "\n"
ANSWER = PROSE + LIST + CODE + PROSE + TABLE + PROSE + LIST


def answer(characters: int) -> str:
    """Return what the model says, so long."""
    return (ANSWER * (1 + characters // len(ANSWER)))[:characters]


def main(characters: int, per_s: int) -> None:
    """Serve until ended; the address is printed first."""

    def speak() -> Iterator[bytes]:
        yield ROLE
        whole = answer(characters)
        for at in range(0, characters, PIECE):
            time.sleep(1 / per_s)
            yield delta(whole[at : at + PIECE])
        yield delta(finish_reason="stop")
        yield DONE

    def judge(request: Request) -> Reply:
        return models({"id": "slow"}) if request.method == "GET" else Reply(body=speak())

    async def serve() -> None:
        async with ai_server(judge=judge, path="/v1") as server:
            sys.stdout.write(server.url + "\n")
            sys.stdout.flush()
            await trio.sleep_forever()

    trio.run(serve)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
