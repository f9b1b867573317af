"""OpenAI's Chat Completions in the shapes which its server and the compatible ones send."""

import json
from contextlib import AbstractAsyncContextManager

from tests.fakes.ai_server import AIServer, Reply, ai_server, as_json

CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_795_312_800, "model": "fake-1"}


def openai_server(*script: Reply) -> AbstractAsyncContextManager[AIServer]:
    return ai_server(*script, path="/v1")


def event(message: object) -> bytes:
    return b"data: " + json.dumps(message, ensure_ascii=False).encode() + b"\n\n"


def delta(text: str | None = None, *, finish_reason: str | None = None, **more: object) -> bytes:
    content = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": {**content, **more}, "finish_reason": finish_reason}
    return event({**CHUNK, "choices": [choice], "obfuscation": "x7"})


DONE = b"data: [DONE]\n\n"
USAGE = event({**CHUNK, "choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}})
ROLE = delta(None, role="assistant", content=None)


def saying(*texts: str, finish_reason: str = "stop") -> Reply:
    """A complete answer in the vendor's order: role, text, finish_reason, usage, end."""
    return Reply(body=(ROLE, *map(delta, texts), delta(finish_reason=finish_reason), USAGE, DONE))


def refusing(status: int, *headers: tuple[str, str], **error: object) -> Reply:
    return as_json({"error": error}, status, *headers)


def models(*entries: object) -> Reply:
    return as_json({"object": "list", "data": list(entries)})
