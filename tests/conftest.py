"""The tests run the libraries as a node does, and no signature is checked twice by one process.

A talk of many members in one process checks each signature as often as there are members.
"""

from functools import lru_cache

from crypto import signatures
from node.loading import spare_libraries

spare_libraries()
signatures.crypto_sign_open = lru_cache(maxsize=50_000)(signatures.crypto_sign_open)
