from node.ai.providers.chat_body import Dialect, chat_body
from node.ai.providers.request import Request, Turn

REQUEST = Request("m", (Turn("user", "hi"),), 0.5, 20, 0.9, ("\nAna:",))


def body(dialect, request=REQUEST, **extra):
    return chat_body(request, dialect, model=request.model, extra=extra)


def test_everything_is_sent_to_a_server_that_takes_everything():
    sent, ignored = body(Dialect(), repeat_penalty=1.1, stream=False)
    assert ignored == ()
    assert sent == {
        "repeat_penalty": 1.1,
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "temperature": 0.5,
        "top_p": 0.9,
        "stop": ["\nAna:"],
        "max_tokens": 20,
        "stream_options": {"include_usage": True},
    }


def test_the_official_server_gets_the_new_name_of_the_limit():
    sent, _ = body(Dialect("max_completion_tokens"))
    assert sent["max_completion_tokens"] == 20
    assert "max_tokens" not in sent


def test_what_was_not_asked_for_is_not_sent():
    sent, ignored = body(Dialect(), Request("m", (Turn("user", "hi"),)))
    assert sorted(sent) == ["messages", "model", "stream", "stream_options"]
    assert ignored == ()


def test_what_is_left_out_is_told():
    dialect = Dialect()
    for parameter in ("temperature", "max_tokens", "max_completion_tokens", "stream_options"):
        dialect = dialect.without(parameter)
    sent, ignored = body(dialect)
    assert sorted(sent) == ["messages", "model", "stop", "stream", "top_p"]
    assert ignored == ("max_tokens", "temperature")


def test_at_most_four_stops_are_sent():
    sent, ignored = body(Dialect(), Request("m", (Turn("user", "hi"),), stop=tuple("abcde")))
    assert sent["stop"] == ["a", "b", "c", "d"]
    assert ignored == ("stop",)


def test_nothing_can_be_dropped_twice_so_asking_again_ends():
    assert Dialect().without("temperature").without("temperature") is None
    assert Dialect().without("model") is None
    assert Dialect().without("max_completion_tokens") is None
    swapped = Dialect().without("max_tokens")
    assert swapped.limit == "max_completion_tokens"
    assert swapped.without("max_completion_tokens").limit is None
    assert swapped.without("max_completion_tokens").without("max_tokens") is None
