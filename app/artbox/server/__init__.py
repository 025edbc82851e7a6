"""The ARTbox-Server: enrols boxes, takes their packages unopened and certifies each with a signed receipt.

Builds on the wire format and the catalogue, never on the box.
"""
