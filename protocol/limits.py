"""Every bound of the protocol in one place (PROTOCOL sections 2, 4 and 8); sizes in bytes unless the name says else."""

CONTENT_BODY_BYTES = 64 << 10
CONTROL_BODY_BYTES = 192 << 10
"""Below the sync frame, so that every operation fits into one."""
HEADER_BYTES = 1 << 10
WIRE_OP_BYTES = CONTROL_BODY_BYTES + HEADER_BYTES + 128
MAX_PARENTS = 8
MAX_AUTH = 4
MAX_TIME_MS = (1 << 48) - 1
MAX_DEPTH = (1 << 48) - 1

TEXT_CHARACTERS = 4_000
TITLE_CHARACTERS = 200
DESCRIPTION_CHARACTERS = 2_000
NAME_CHARACTERS = 80
PERSONA_CHARACTERS = 4_000
PROMPT_CHARACTERS = 8_000
AI_TEXT_CHARACTERS = 16_000

MEMBERS = 200
PENDING_PER_DEVICE = 64
PENDING_PER_CONVERSATION = 5_000
PENDING_MS = 24 * 3_600_000
QUARANTINED = 5_000

GOSSIP_FRAME_BYTES = 60 << 10
GOSSIP_OP_BYTES = 16 << 10
"""A larger operation is announced by its id and pulled."""
SYNC_FRAME_BYTES = 256 << 10
SYNC_OPS_FRAME_BYTES = 192 << 10
SYNC_CREDIT_BYTES = 1 << 20
SYNC_HEADS = 32
SYNC_PREVIEW = 200
EPHEMERAL_FRAME_BYTES = 24 << 10
EPHEMERAL_AGE_MS = 60_000
EPHEMERAL_PER_S = 10.0
EPHEMERAL_BYTES_PER_S = 32 << 10
"""What one device may say in one conversation."""
HEARTBEAT_MS = (5_000, 60_000)
"""The shortest and the longest time between two heartbeats that a device may state."""
REGISTER_BYTES = 4 << 10
REGISTERS_PER_DEVICE = 16
