"""Schemas in the words of the vendors: nothing but what they take, and nothing lost that they do."""

from copy import deepcopy

import pytest

from node.ai.engines.contracts import schema_of
from node.ai.engines.route import TYPES
from node.ai.providers.dialect import strict, unbounded


@pytest.mark.parametrize("kind", TYPES)
def test_bounds_go_and_nothing_else(kind):
    schema = schema_of(kind)
    before = deepcopy(schema)
    found = unbounded(schema)
    assert "max" not in str(found)
    assert schema == before
    assert (found["required"], found["additionalProperties"]) == (["response"], False)
    assert list(found["properties"]) == list(schema["properties"])


@pytest.mark.parametrize("kind", TYPES)
def test_openai_wants_every_field_and_takes_null(kind):
    found = strict(schema_of(kind))
    assert found["required"] == list(found["properties"])
    assert found["additionalProperties"] is False
    assert found["properties"].pop("response") == {"type": "string"}
    assert all(part["type"][1] == "null" for part in found["properties"].values())


def test_a_list_stays_a_list_of_texts():
    assert strict(schema_of("complex"))["properties"]["steps"] == {
        "type": ["array", "null"],
        "items": {"type": "string"},
    }
