"""What pages, API and the unlocking process share: language, sentences, guards, inherited sockets.

Nothing here knows a page, a service's rules or a template.
"""
