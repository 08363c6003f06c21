"""How every command of the project ends: a status, and one line where something was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_runtime.errors import PocketLensError
from edge_runtime.terminal import complain, discard_output

if TYPE_CHECKING:
    from collections.abc import Callable

INTERRUPTED = 130  # as shells have it for Ctrl-C


def status_of(act: Callable[[], int], program: str, extra: str = "") -> int:
    """What ``act`` returns; 1 where it raised what a user can mend, 130 after Ctrl-C.

    ``program`` is named before the line; ``extra`` is what of the package has the modules that
    the program needs, none where it needs no more than there always is.
    """
    try:
        return act()
    except PocketLensError as error:
        complain(error, program)
    except ModuleNotFoundError as error:
        if not extra:
            raise
        install = f"pip install 'pocketlens[{extra}]'"
        complain(f"{error.name} is not installed: {install}", program)
    except BrokenPipeError:  # whoever read our output has seen enough
        discard_output()
    except OSError as error:  # a folder that is closed or cannot be made, a disk that is full
        why = error.strerror or error
        complain(f"{error.filename or 'a file'} cannot be used: {why}; choose another", program)
    except KeyboardInterrupt:
        complain("interrupted; nothing half-written was left", program)
        return INTERRUPTED
    return 1
