"""What crosses the line between box and server: packages, receipts, enrolment, certificates and CMS.

Used by both ends and by recipients' tools; knows no web framework, no database and nothing else of ours.
"""
