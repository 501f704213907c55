"""Cases as anybody may see them, and the words of theirs that an officer cleared for the public. Not their statistics."""
