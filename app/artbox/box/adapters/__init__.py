"""What the box touches: the encrypted store, vault, identity files, server, control socket."""
