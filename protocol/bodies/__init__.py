"""What operations say: one frozen dataclass a kind, and the byte form of each (docs/protocol.md, "Kinds")."""
