"""Takes out one clause of the authority rule after another, to see whether the tests notice."""
