"""What can go wrong with keys and ciphertexts."""


class CryptoError(Exception):
    """Base of this folder's errors; `code` is stable, the text is the sentence a person sees."""

    code = "crypto"


class CodecError(CryptoError):
    """The bytes are not the canonical form of anything."""

    code = "not_canonical"


class SignatureError(CryptoError):
    """The signature does not belong to this key and message."""

    code = "bad_signature"


class SealError(CryptoError):
    """The sealed text was changed, or belongs to another key."""

    code = "cannot_open"


class PassphraseError(CryptoError):
    """That passphrase does not open this profile."""

    code = "wrong_passphrase"


class KeystoreError(CryptoError):
    """The key file is damaged."""

    code = "damaged_keystore"
