"""What keeps the kit from working, in a sentence for whoever typed the command."""


class KitError(Exception):
    """The message says what is wrong and what to do."""
