"""What the process of `node.verifier` runs; it knows nothing but signatures, and ends when its input does.

request  = u32 how many, then for each: device 32, operation 32, signature 64 bytes
response = for each one byte: 1 where the device signed the operation, else 0
"""

import sys
from typing import BinaryIO, Final

from crypto.ids import ID_BYTES
from crypto.signatures import SIGNATURE_BYTES, is_signed

COUNT_BYTES: Final = 4
RECORD_BYTES: Final = 2 * ID_BYTES + SIGNATURE_BYTES


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the requests end."""
    while len(head := requests.read(COUNT_BYTES)) == COUNT_BYTES:
        data = requests.read(int.from_bytes(head, "big") * RECORD_BYTES)
        records = (data[at : at + RECORD_BYTES] for at in range(0, len(data), RECORD_BYTES))
        answers.write(bytes(is_signed(each[:32], each[32:64], each[64:]) for each in records))
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
