"""Which words: facts and reviewed phrases become frozen contents, and a person's data what stands in their tags.

template   files with front matter, a little Jinja and Markdown (the only import of jinja2, with words)
phrases    what codes, reasons, lists and times are called in one language; how sure a fact may sound
markdown   HTML and text from the same tokens
tags       placeholders that the provider fills in
names      what comes from outside, made harmless
moments    a time in the reader's zone and in UTC
values     the substitutions of one person
words      `Words`: load, check, render, fill
headers    of every mail of a disruption
"""

from notifier.pipeline.compose.headers import headers
from notifier.pipeline.compose.tags import used as used_tags
from notifier.pipeline.compose.words import Rendered, Words

__all__ = ["Rendered", "Words", "headers", "used_tags"]
