"""A stand-in for SendGrid's v3 API on loopback: the same limits, errors, headers and signed events, no mail.

A program of its own that shares no code with the product, which never knows that it talks to it. Everything is in
memory and gone when it stops.

    wire     HTTP/1.1 by hand: fast, and able to close without an answer
    answers  SendGrid's bodies and headers
    limits   what SendGrid refuses, with its texts and field paths
    mailbox  what each address got
    events   signed event webhooks;  signing  the key that signs them
    faults   what goes wrong on demand
    schedule scheduled sends and batches
    api      SendGrid's routes;  control  its own
    server   finds the route; `serve`
"""

from notifier.local.sandbox.server import serve as serve
