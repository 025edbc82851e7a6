"""The machines an ARTbox is tried on: containers, user processes, a virtual machine.

Nothing here is shipped. `bootstrap`, `prerequisites`, `environment`, `messages`, `places`, `locking` and
`supervisor` use the standard library alone, because they run before the virtual environment exists or
outside of it.
"""
