"""The conversations of a profile as running services: kept, shown, gossiped, synced."""
