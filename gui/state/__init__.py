"""Plain stores that hold what the desktop shows; fed by channel events, read by widgets, tested without Qt."""
