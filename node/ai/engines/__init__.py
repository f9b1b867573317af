"""The router, which says what kind of answer a query wants, and the six engines which make it (S53, S54); pure."""
