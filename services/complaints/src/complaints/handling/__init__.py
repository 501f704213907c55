"""What a unit does with a case: answers and their approval, notes, pauses, extensions; and what the reporter replies."""
