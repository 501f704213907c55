"""`python -m registry.imports.child <kind> <form>`: the process that reads a file of the registry's rows."""

from chassis.imports.child import main
from registry.imports.rows import MODELS

if __name__ == "__main__":
    main(MODELS)
