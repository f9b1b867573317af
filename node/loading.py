"""Loads the daemon without what its libraries bring along and a node does not use.

libp2p's packages import every transport, key and discovery there is, `httpx` its command line: two thirds of the time
a node took to start. Here a package's own `__init__` waits until somebody asks the package for a name, and a module of
`LATE` until somebody uses one of its names. Nothing is left out: what is used after all, such as a stranger's RSA key,
is loaded then.

Whichever thread comes first runs a module that waited; the others wait for it, as for any import. So running one *is*
an import, of a name that stands for it: Python's own locks then hold, and notice threads that wait for each other.
"""

import gc
import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from itertools import count
from types import ModuleType
from typing import Any, Final

LAZY: Final = ("libp2p.", "cryptography.x509.", "httpx.")
"""Packages, and all below them, of which modules are used, and seldom what their `__init__` gathers."""
LATE: Final = frozenset(
    {
        "anyio.streams.memory",
        "dns.quic",
        "httpx._main",
        "libp2p.crypto.rsa",
        "libp2p.crypto.secp256k1",
        "libp2p.discovery.bootstrap.bootstrap",
        "libp2p.discovery.mdns.mdns",
        "libp2p.discovery.upnp.upnp",
        "libp2p.security.pnet.protector",
        "libp2p.security.tls.autotls.acme",
        "libp2p.security.tls.autotls.broker",
        "libp2p.transport.quic.stream",
        "netaddr.eui",
        "prometheus_client",
        "sqlite_utils.recipes",
        "websockets.asyncio.server",
    }
)
"""Modules of which those that we use only name a class or a function, to call it where a person asks for it."""

_waiting: dict[str, ModuleType] = {}
"""Modules that have not run, by the name whose import runs each."""
_numbers = count()


def load_daemon() -> ModuleType:
    """Return the module that runs a node; its 1,000 modules live as long as the process, so none is garbage.

    Collecting while they load takes a fifth of the start; walking them later would cost at every full collection.
    """
    gc.disable()
    try:
        spare_libraries()
        return importlib.import_module("node.daemon")
    finally:
        gc.freeze()
        gc.enable()


def spare_libraries() -> None:
    """Load of libraries only what is used, from now on; to be called before they are imported."""
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
        importlib.import_module("libp2p.utils.logging").setup_logging()  # as libp2p's `__init__` would have done


class LazyPackage(ModuleType):
    """A package whose `__init__` runs when it is asked for a name that it does not have."""

    def __getattr__(self, name: str) -> Any:
        if _is_special(name):
            raise AttributeError(name)
        return _of(self, name)


class LateModule(ModuleType):
    """A module that runs when a name of it is used; until then each name is a `LateName`."""

    def __getattr__(self, name: str) -> Any:
        if _is_special(name):
            raise AttributeError(name)
        return _of(self, name) if name == "__all__" else LateName(lambda: _of(self, name))


class LateName:
    """What stands for a class or a function of a module that has not run."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Call what it stands for."""
        return self._load()(*args, **options)

    def __getattr__(self, name: str) -> Any:
        if _is_special(name):
            raise AttributeError(name)
        return LateName(lambda: getattr(self._load(), name))

    def __getitem__(self, item: Any) -> "LateName":
        return LateName(lambda: self._load()[item])

    def __mro_entries__(self, _bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (self._load(),)

    def __instancecheck__(self, value: object) -> bool:
        return isinstance(value, self._load())

    def __bool__(self) -> bool:
        return bool(self._load())

    def __or__(self, _other: object) -> "LateName":
        return self

    __ror__ = __or__


class LazyLoader(Loader):
    """Makes a module that is run later."""

    def __init__(self, loader: Loader, kind: type[ModuleType]) -> None:
        self._loader = loader
        self._kind = kind

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module, empty."""
        return self._kind(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Note how to run it."""
        name = f"later-{next(_numbers)}-{module.__name__.replace('.', '-')}"
        _waiting[name] = module
        vars(module).update(_run_later=name, _run_by=self._loader)


class Runner(Loader):
    """Runs a module that waited, in place of the one that is imported."""

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to Python to make what nobody looks at."""

    def exec_module(self, module: ModuleType) -> None:
        """Run what waited; where that fails it goes on waiting."""
        waited = _waiting[module.__name__]
        vars(waited)["_run_by"].exec_module(waited)
        waited.__class__ = ModuleType
        del vars(waited)["_run_later"], vars(waited)["_run_by"], _waiting[module.__name__]


class Finder(MetaPathFinder):
    """Finds the modules and packages that wait.

    Args:
        lazy: what the full names of packages begin with, each with its last dot.
        late: full names of modules.
    """

    def __init__(self, lazy: tuple[str, ...] = LAZY, late: frozenset[str] = LATE) -> None:
        self._lazy = lazy
        self._late = late

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec for what waits, or what runs it; None leaves the module to Python's own finders."""
        if fullname in _waiting:
            return ModuleSpec(fullname, Runner())
        is_late = fullname in self._late
        if not is_late and not f"{fullname}.".startswith(self._lazy):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None or not (is_late or spec.submodule_search_locations):
            return None
        spec.loader = LazyLoader(spec.loader, LateModule if is_late else LazyPackage)
        return spec


def _of(module: ModuleType, name: str) -> Any:
    """Return a name of a module that may have to be run for it (AttributeError)."""
    later = vars(module).get("_run_later")
    if later is not None:
        __import__(later)  # at once where this very thread is running it, so that it may ask for what it has by now
    return ModuleType.__getattribute__(module, name)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name != "__all__"  # by which an `import *` begins
