"""What a conversation shows, out of its content operations (docs/protocol.md, "The fold")."""

from protocol.fold.answers import Lease
from protocol.fold.fold import Fold
from protocol.fold.folded import NOT_A_HOST, Changes, Folded, InPast, Target
from protocol.fold.marks import Edited
from protocol.fold.writers import Register

__all__ = ["NOT_A_HOST", "Changes", "Edited", "Fold", "Folded", "InPast", "Lease", "Register", "Target"]
