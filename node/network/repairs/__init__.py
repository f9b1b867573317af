"""Repairs for libp2p 0.8.1: what it does wrong for a node that runs for months, put right by subclassing.

Each module says which fault it repairs. Nothing here changes libp2p's own modules; `surface` checks at the start that
the private names which the subclasses rely on are still there.
"""
