"""The names people give: of accounts and of capture programs. Short, visible, in one spelling."""

import unicodedata

from artbox.box.errors import AccountNameInvalid, ProductNameInvalid

ACCOUNT_MINIMUM = 3
ACCOUNT_MAXIMUM = 64
PRODUCT_MINIMUM = 2
PRODUCT_MAXIMUM = 80


def account_name(typed: str) -> str:
    """Return the account's name as it is kept; raise AccountNameInvalid."""
    name = _visible(typed)
    if name is None or not ACCOUNT_MINIMUM <= len(name) <= ACCOUNT_MAXIMUM:
        raise AccountNameInvalid(minimum=ACCOUNT_MINIMUM, maximum=ACCOUNT_MAXIMUM)
    return name


def product_name(typed: str) -> str:
    """Return the capture program's name as it is kept; raise ProductNameInvalid."""
    name = _visible(typed)
    if name is None or not PRODUCT_MINIMUM <= len(name) <= PRODUCT_MAXIMUM:
        raise ProductNameInvalid(minimum=PRODUCT_MINIMUM, maximum=PRODUCT_MAXIMUM)
    return name


def _visible(typed: str) -> str | None:
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    return name if name.isprintable() else None
