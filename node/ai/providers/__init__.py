"""Providers of AI answers: `openai` and everything compatible with it, and `local`, a small model of ours."""
