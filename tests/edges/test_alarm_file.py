"""`[[alarms]]` and `on_call` of the company's file: what is right, and one sentence for each fault."""

import pytest

from notifier.edges import company_file
from notifier.errors import BadInput

GOOD = b"""
[[alarms]]
name = "pager"
body = "pagerduty"
routing_key_env = "PAGERDUTY_KEY"
least = "error"

[[alarms]]
name = "chat"
body = "slack"
url_env = "SLACK_URL"
only = ["draft", "untouched"]

[[alarms]]
name = "hook"
body = "standard"
url_env = "HOOK_URL"
secret_env = "HOOK_SECRET"
off = true

[policy]
on_call = ["Ops@Example.com"]
"""


def faults(raw: str) -> tuple[str, ...]:
    with pytest.raises(BadInput) as caught:
        company_file.read(raw.encode())
    return caught.value.details or (str(caught.value),)


def test_a_good_file_is_read_whole() -> None:
    found = company_file.read(GOOD)
    pager, chat, hook = found.alarms
    assert (pager.url_env, pager.routing_key_env, pager.least) == (None, "PAGERDUTY_KEY", "error")
    assert (chat.only, chat.off, chat.least) == (["draft", "untouched"], False, "warning")
    assert (hook.secret_env, hook.off) == ("HOOK_SECRET", True)
    assert found.policy_values() == {"on_call": ["Ops@Example.com"]}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('name = "a"\nbody = "slack"', "has no url_env: name the variable that holds its address"),
        ('name = "a"\nbody = "pagerduty"', "routing_key_env and the body pagerduty belong together"),
        ('name = "a"\nbody = "slack"\nurl_env = "U"\nrouting_key_env = "R"', "belong together"),
        (
            'name = "a"\nbody = "slack"\nurl_env = "U"\nsecret_env = "S"',
            "slack knows no signature, remove it",
        ),
        ('name = "a"\nbody = "sms"\nurl_env = "U"', "'standard', 'slack' or 'pagerduty'"),
        ('name = "a"\nbody = "slack"\nurl_env = "https://hooks.example"', "it must match"),
        ('name = "a"\nbody = "slack"\nurl_env = "NOTIFIER_X"', "is a setting of the notifier by its name"),
        (
            'name = "a"\nbody = "slack"\nurl_env = "U"\nonly = ["drafts"]',
            "'drafts' is no kind of alarm: use ",
        ),
        ('name = "on-call"\nbody = "slack"\nurl_env = "U"', "no destination can be called 'on-call'"),
        ('name = "A b"\nbody = "slack"\nurl_env = "U"', "it must match"),
        ('name = "a"\nbody = "slack"\nurl = "https://hooks.example"', "is not known here"),
    ],
)
def test_each_fault_is_one_sentence_that_says_what_to_do(table: str, said: str) -> None:
    (fault,) = faults(f"[[alarms]]\n{table}\n")
    assert said in fault
    assert fault.startswith("[[alarms]] number 1")


def test_names_stand_once() -> None:
    table = '[[alarms]]\nname = "a"\nbody = "slack"\nurl_env = "U"\n'
    assert faults(table * 2) == ("the destination of alarms 'a' stands there twice: remove one",)


def test_who_is_on_call_has_an_address() -> None:
    (fault,) = faults('[policy]\non_call = ["ops"]')
    assert "'ops' is no address that mail can go to" in fault
    assert faults(f"[policy]\non_call = {['a@example.com'] * 11}".replace("'", '"'))
