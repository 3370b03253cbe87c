"""Which words: facts and reviewed phrases become frozen contents, and a person's data what stands in their tags.

template   skeletons of notices: front matter, a little Jinja and Markdown (the only import of jinja2)
ftl        files of messages, in Fluent
catalogue  the messages of one language: the only one who says them
answers    single answers, each under the name of its question
phrases    what codes, reasons, lists and times are called in one language; how sure a fact may sound
forms      every form of a message, in English and in a translation
hedges     the words of a language that say that something is not sure
proof      a sheet for whoever signs: every message in every form
reviews    who stands for which message, as it stood
shelf      which files there are: the packaged ones, under a company's own
variables  what a template may name
markdown   HTML and text from the same tokens; wrapping breaks the lines of the text
tags       placeholders that the provider fills in
names      what comes from outside, made harmless
moments    a time in the reader's zone and in UTC
values     the substitutions of one person
marking    the first line of a test and of a copy
quoting    what was written before, in a notice that corrects it
words      `Words`: load, render, fill
lint       every fault of the files, and of every mail they can make; lint_messages those of catalogues,
           against_english what a translation says otherwise
statement  times without a zone in the free words
headers    of every mail of a disruption
"""

from notifier.pipeline.compose.headers import headers
from notifier.pipeline.compose.lint import checked, lint
from notifier.pipeline.compose.marking import Mark
from notifier.pipeline.compose.statement import check_own_words, check_statements
from notifier.pipeline.compose.tags import digest, logical_only
from notifier.pipeline.compose.tags import used as used_tags
from notifier.pipeline.compose.words import Rendered, Words

__all__ = [
    "Mark",
    "Rendered",
    "Words",
    "check_own_words",
    "check_statements",
    "checked",
    "digest",
    "headers",
    "lint",
    "logical_only",
    "used_tags",
]
