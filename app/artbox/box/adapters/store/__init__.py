"""The encrypted store (SQLCipher), in small modules by table group. Only `database` knows the driver.

Every writing method takes an audit entry, which is logged in the same transaction.
"""

from artbox.box.adapters.store.store import BoxRow, Store, StoreHandle

__all__ = ["BoxRow", "Store", "StoreHandle"]
