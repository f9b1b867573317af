"""What is asked of the node, a noun a module; every function raises ApiError with a sentence for a person."""
