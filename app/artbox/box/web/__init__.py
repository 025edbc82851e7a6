"""The centre's pages: server-rendered German, usable without scripts, in the frame of `templates/frame.html`.

`application.py` assembles them, `routes.py` is the one table of paths, states and roles; `pages/` answers.
"""
