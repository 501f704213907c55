"""The processes of one program, where `WORKERS` asks for several: none outlives the one that started them."""

import os
from multiprocessing import parent_process
from threading import Thread


def end_with_parent() -> None:
    """Have this process end at once when the one that started it does, however that ends; nothing where it is the only one.

    uvicorn's workers would go on without it: they'd keep the port, so that nothing could start in its place.
    """
    parent = parent_process()
    if parent is None:
        return

    def outlive() -> None:
        parent.join()
        os._exit(1)

    Thread(target=outlive, name="end-with-parent", daemon=True).start()
