"""Tells every customer who is cut off, once, in their language, before they notice; and proves it.

The way through, one module of `pipeline/` for each step; each takes what the one before left in Postgres:

    intake      a signal comes in, from a person, a tool or the database, and is stored once
    detect      is it real? evidence becomes a draft disruption with an alarm
    disruption  what do we say, and to whom is it owed?
    audience    who exactly, and why: verdicts, one row for each person
    compose     which words: Markdown and facts become frozen contents
    deliver     chunks leave through the provider; every outcome is recorded
    feedback    what became of each mail

`actions/` holds one function for each thing that can be done; `entry/` holds who may ask for it.
"""
