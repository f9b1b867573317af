"""Colours, palette, style sheet and icons; one table of tokens for the light and the dark theme."""
