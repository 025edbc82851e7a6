"""ARTbox: the on-premises appliance that carries treatment cycles from fertility centre to registers."""

__version__ = "0.1.0"
