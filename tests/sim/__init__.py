"""Many nodes in one process: the node's own code over a network, disk and clock in memory, repeatable by seed."""
