"""SQLite, through sqlite-utils: operations, what they come to, known peers."""
