import hashlib
import json

from notifier.edges.webhooks import DIALECTS
from notifier.edges.webhooks.incoming import Incoming
from tests.edges.webhooks.samples import POSTS, RECEIVED


def test_uptime_kuma_by_get_says_the_same() -> None:
    sample = next(each for each in POSTS if each.name == "uptimekuma/firing.json")
    query = {name: v if name == "msg" else json.dumps(v) for name, v in json.loads(sample.raw).items()}
    got = sample.dialect.read(Incoming({}, b"", query, "GET"), RECEIVED)
    assert got.signals == sample.dialect.read(sample.incoming, RECEIVED).signals
    test = Incoming({}, b"", {"heartbeat": "null", "monitor": "null", "msg": "Testing"}, "GET")
    assert sample.dialect.read(test, RECEIVED).why.startswith("a test")


def test_statuscake_proves_itself_by_user_and_key() -> None:
    token = hashlib.md5(b"idakey-1").hexdigest()
    incoming = Incoming(
        {"content-type": "application/x-www-form-urlencoded"}, f"Token={token}&Status=Down&Name=a".encode()
    )
    verify = DIALECTS["statuscake"]({}).verify
    assert verify(incoming, ["IDA:key-1"], RECEIVED)
    assert verify(incoming, [token], RECEIVED)
    assert not verify(incoming, ["ida:key-2", "idakey-1", ""], RECEIVED)


def test_a_check_that_somebody_called_test_is_none_of_healthchecks_own() -> None:
    sample = next(each for each in POSTS if each.name == "healthchecks/firing.json")
    called = json.dumps(json.loads(sample.raw) | {"name": "Test", "slug": "test"}).encode()
    assert sample.dialect.read(Incoming({}, called), RECEIVED).signals
