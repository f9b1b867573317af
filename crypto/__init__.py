"""Keys, signatures, epochs and sealed boxes over libsodium: bytes in, bytes out, no clock and no input or output."""
