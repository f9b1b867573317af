"""The main window and the pages it shows."""
