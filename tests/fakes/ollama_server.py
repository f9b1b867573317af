"""Ollama's own API in the shapes which it sends."""

import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from tests.fakes.ai_server import AIServer, Reply, Request, ai_server, as_json

CONTEXT = {"general.architecture": "llama", "llama.context_length": 131_072, "llama.embedding_length": 3072}
LLAMA = {"model_info": CONTEXT, "parameters": 'stop "<|eot_id|>"', "capabilities": ["completion", "tools"]}
SMALL = {"model_info": {"qwen3.context_length": 2048}, "capabilities": ["completion"]}
TUNED = {"model_info": CONTEXT, "parameters": 'num_ctx                        16384\nstop "x"'}
BERT = {"model_info": {"nomic-bert.context_length": 2048}, "capabilities": ["embedding"]}
PULLED = {"llama3.2:latest": LLAMA, "small:1b": SMALL, "tuned:latest": TUNED, "nomic-embed-text:latest": BERT}
_OPTIONS = frozenset({"temperature", "top_p", "stop", "num_predict", "num_ctx", "seed"})


def ollama_server(
    *script: Reply, pulled: Mapping[str, Mapping[str, object]] = PULLED
) -> AbstractAsyncContextManager[AIServer]:
    return ai_server(*script, judge=lambda request: _judged(request, pulled))


def _judged(request: Request, pulled: Mapping[str, Mapping[str, object]]) -> Reply | None:
    """Answer what does not depend on the talk, and refuse what Ollama refuses."""
    match request.method, request.path:
        case "GET", "/api/tags":
            entries = [
                {"name": name, "model": name, "details": {"family": next(iter(shown["model_info"])).split(".")[0]}}
                for name, shown in pulled.items()
            ]
            return as_json({"models": entries})
        case "POST", "/api/show" | "/api/chat":
            body = request.json
            name = body["model"] if ":" in body["model"] else f"{body['model']}:latest"
            if name not in pulled:
                return refusing(404, f"model '{body['model']}' not found")
            if request.path == "/api/show":
                return as_json(pulled[name])
            if "embedding" in pulled[name].get("capabilities", ()):
                return refusing(400, f'"{name}" does not support chat')
            assert set(body["options"]) <= _OPTIONS
            assert body["stream"] is True
            return None
    return Reply(404, body=(b"404 page not found",), kind="text/plain")


def line(message: object) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode() + b"\n"


def delta(text: str, **more: object) -> bytes:
    message = {"role": "assistant", "content": text, **more}
    return line({"model": "llama3.2", "created_at": "2026-11-22T02:00:00.1Z", "message": message, "done": False})


def ending(reason: str = "stop") -> bytes:
    return line(
        {
            "model": "llama3.2",
            "created_at": "2026-11-22T02:00:01.1Z",
            "message": {"role": "assistant", "content": ""},
            "done": True,
            "done_reason": reason,
            "total_duration": 4_883_583_458,
            "prompt_eval_count": 7,
            "eval_count": 2,
        }
    )


def lines(*body: bytes, then: str = "end") -> Reply:
    return Reply(body=body, kind="application/x-ndjson", then=then)


def saying(*texts: str, reason: str = "stop") -> Reply:
    return lines(*map(delta, texts), ending(reason))


def refusing(status: int, message: str, *headers: tuple[str, str]) -> Reply:
    return as_json({"error": message}, status, *headers)
