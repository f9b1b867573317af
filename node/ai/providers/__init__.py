"""Providers of AI answers: `openai` and everything compatible, `anthropic`, `ollama`, and `local`, a model of ours."""
