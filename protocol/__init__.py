"""The rules of a conversation, without input or output: operations, log, authority, fold, sync, channel frames."""
