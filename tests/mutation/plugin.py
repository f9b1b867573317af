"""Loads one module of the product with a clause of it changed; a pytest plugin (`-p tests.mutation.plugin`).

The change comes in the environment as JSON: `[module, old text, new text]`. No file is touched.
"""

import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from hypothesis import Phase, settings

VARIABLE = "PEER2PEER_MUTANT"


class Changing(SourceFileLoader):
    """Compiles a module's source with one passage replaced."""

    def __init__(self, name: str, path: str, old: str, new: str) -> None:
        super().__init__(name, path)
        self._old, self._new = old, new

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_data(self.path).decode()
        assert source.count(self._old) == 1, f"the passage to change stands {source.count(self._old)} times"
        return compile(source.replace(self._old, self._new), self.path, "exec", dont_inherit=True)


class Finder(MetaPathFinder):
    """Finds the one changed module."""

    def __init__(self, name: str, old: str, new: str) -> None:
        self._name, self._old, self._new = name, old, new

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        assert found is not None
        assert found.origin is not None
        loader = Changing(fullname, found.origin, self._old, self._new)
        return importlib.util.spec_from_file_location(fullname, found.origin, loader=loader)


if VARIABLE in os.environ:
    sys.meta_path.insert(0, Finder(*json.loads(os.environ[VARIABLE])))
    settings.register_profile("mutation", phases=[Phase.generate], database=None)  # a counterexample is enough
    settings.load_profile("mutation")
