"""Bringing two copies of a conversation together over one stream, `/peer2peer/sync/1` (PROTOCOL section 4)."""
