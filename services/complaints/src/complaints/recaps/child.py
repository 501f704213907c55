"""`python -m complaints.recaps.child <kind> <form>`: the process that reads a recap's file."""

from chassis.imports.child import main
from complaints.recaps.rows import MODELS
from complaints.recaps.words import COLUMNS

if __name__ == "__main__":
    main(MODELS, aliases=COLUMNS)
