"""The box and server of the box's tests: what a recipient opens was made by the real ones."""

from tests.box.conftest import box, box_settings, fresh, recipients, ring, server

__all__ = ["box", "box_settings", "fresh", "recipients", "ring", "server"]
