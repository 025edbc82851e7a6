"""The application without containers: box and server as ordinary processes of whoever starts them.

For people without root and for browser tests: same code, same web server templates, other paths and ports.
"""
