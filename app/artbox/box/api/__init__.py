"""The import interface `/api/v1` of capture programs: JSON in, reports and problem details (RFC 9457) out.

`routes.py` is the table of paths, `problems.py` every kind of problem, `application.py` assembles both.
"""
