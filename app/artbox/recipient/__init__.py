"""The recipient's end: opens the packages of a register and keeps its table of records. Needs no box.

Shares with the box nothing but `wire`; openssl, gunzip and any database could do the same.
"""
