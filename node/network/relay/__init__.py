"""Relaying (Circuit Relay v2): two peers that cannot dial each other talk through a third that both can.

The relay carries bytes of a connection whose ends prove each other's identity; it sees who talks, when and how much.
"""
