import json

import pytest

from notifier.edges.webhooks import aws
from notifier.edges.webhooks.incoming import Incoming
from notifier.errors import BadInput, Unreachable
from tests.edges.webhooks.samples import FOLDER, OPTIONS, POSTS, RECEIVED, Sample


def sample(name: str) -> Sample:
    return next(each for each in POSTS if each.name == f"sns/{name}.json")


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0000000000.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0000000000.pem",
        "https://evil.example/SimpleNotificationService-0000000000.pem",
        "https://evil.s3.amazonaws.com/SimpleNotificationService-0000000000.pem",
        "https://x@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0000000000.pem",
        "https://sns.eu-west-1.amazonaws.com:444/SimpleNotificationService-0000000000.pem",
        "https://sns.eu-west-1.amazonaws.com:x/SimpleNotificationService-0000000000.pem",
        "https://sns.s3-us-west-2.amazonaws.com/SimpleNotificationService-0000000000.pem",
        "https://sns.s3-accelerate.amazonaws.com/SimpleNotificationService-0000000000.pem",
        "https://sns.eu-west-1.amazonaws.com/other.pem",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0000000000.pem?x=1",
        "https://[::1/SimpleNotificationService-0000000000.pem",
        "",
    ],
)
def test_no_certificate_is_fetched_elsewhere(url: str) -> None:
    assert not aws.is_amazons(url, aws.CERTIFICATE)


def test_the_topic_must_be_ours() -> None:
    firing = sample("firing")
    assert firing.dialect.verify(firing.incoming, [], RECEIVED)
    for options in ({"topic": "arn:aws:sns:eu-west-1:999999999999:theirs"}, {}):
        assert not aws.sns(options, fetch).verify(firing.incoming, [], RECEIVED)


def fetch(_url: str) -> bytes:
    return (FOLDER / "sns/sns-test.cert.pem").read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        (b"checkout-5xx", b"checkout-6xx"),
        (b'"SignatureVersion": "2"', b'"SignatureVersion": "1"'),
        (b'"SignatureVersion": "2"', b'"SignatureVersion": "3"'),
        (b"sns.eu-west-1.amazonaws.com/Simple", b"sns.evil.example/Simple"),
        (b'"Signature": "', b'"Signature": "!'),
        (b'"Type": "Notification"', b'"Type": "Notification "'),
        (b"{", b" " * (1 << 20) + b"{"),
    ],
)
def test_a_change_of_what_is_signed_is_noticed(change: tuple[bytes, bytes]) -> None:
    firing = sample("firing")
    changed = Incoming(firing.incoming.headers, firing.raw.replace(*change))
    assert changed.raw != firing.raw
    assert not firing.dialect.verify(changed, [], RECEIVED)


def test_what_comes_raw_is_believed_with_a_secret_only() -> None:
    raw = sample("other_raw_delivery")
    addressed = Incoming(raw.incoming.headers, raw.raw, {"secret": "s3cret"})
    assert raw.dialect.verify(addressed, ["s3cret"], RECEIVED)
    assert not raw.dialect.verify(addressed, [], RECEIVED)
    (signal,) = raw.dialect.read(addressed, RECEIVED).signals
    assert signal.key == "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-5xx"


def test_a_subscription_is_confirmed_at_amazons_own_address_and_its_end_is_said() -> None:
    ping = sample("ping")
    posted = ping.dialect.read(ping.incoming, RECEIVED)
    assert posted.confirm.startswith("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&")
    elsewhere = ping.raw.replace(b"https://sns.eu-west-1.amazonaws.com/?", b"https://evil.example/?")
    with pytest.raises(BadInput, match="not Amazon's"):
        ping.dialect.read(Incoming({}, elsewhere), RECEIVED)
    gone = sample("other_unsubscribe")
    assert "ended the subscription" in gone.dialect.read(gone.incoming, RECEIVED).warning
    assert gone.dialect.read(gone.incoming, RECEIVED).confirm == ""


def test_nobody_visits_another_address() -> None:
    with pytest.raises(Unreachable, match="not one of Amazon's"):
        aws.visited("https://example.com/")


def test_an_old_health_event_says_by_its_end_that_it_is_over() -> None:
    dialect = aws.sns(OPTIONS["sns"])
    health = sample("other_health")
    old = health.raw.replace(b'\\"statusCode\\":\\"open\\",', b"")
    assert old != health.raw
    assert [s.state for s in dialect.read(Incoming({}, old), RECEIVED).signals] == ["firing"]
    over = old.replace(b'\\"eventRegion', b'\\"endTime\\":\\"Thu, 26 Nov 2026 23:31:00 GMT\\",\\"eventRegion')
    assert [s.state for s in dialect.read(Incoming({}, over), RECEIVED).signals] == ["resolved"]


def test_an_alarm_without_anything_nested_is_read() -> None:
    flat = {
        "AlarmName": "checkout-all",
        "NewStateValue": "OK",
        "AlarmArn": "arn:aws:cloudwatch:eu-west-1:1:a",
    }
    raw = sample("other_raw_delivery")
    posted = raw.dialect.read(Incoming(raw.incoming.headers, json.dumps(flat).encode()), RECEIVED)
    assert [(each.key, each.state) for each in posted.signals] == [(flat["AlarmArn"], "resolved")]


def test_what_is_kept_quiet_opens_nothing_and_ends_what_is_open() -> None:
    def said(value: str) -> list[str]:
        state = {"value": value, "actionsSuppressedBy": "Alarm"}
        event = {
            "id": "e1",
            "detail-type": "CloudWatch Alarm State Change",
            "resources": ["arn:aws:cloudwatch:eu-west-1:1:a"],
            "detail": {"alarmName": "a", "state": state},
        }
        raw = sample("other_raw_delivery")
        posted = raw.dialect.read(Incoming(raw.incoming.headers, json.dumps(event).encode()), RECEIVED)
        return [each.state for each in posted.signals] or [posted.why]

    assert said("ALARM") == ["kept quiet there on purpose"]
    assert said("OK") == ["resolved"]
