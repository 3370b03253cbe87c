"""A key never turns a rehearsal live, a missing key never turns a live disruption into a rehearsal."""

from base64 import b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .conftest import RIGHT_KEY, Place, free_port, one_sentence

SUSPEND = ("suspend", "fable-5", "--reason", "legal")


def test_a_rehearsal_never_reaches_the_provider_though_there_is_a_key(notifier: Place) -> None:
    notifier.people(6)
    assert notifier(*SUSPEND, "--rehearse", "--yes").code == 0
    assert (notifier.sandbox.count(), notifier.provider.count()) == (6, 0)
    assert notifier(*SUSPEND, "--yes").code == 0
    assert (notifier.sandbox.count(), notifier.provider.count()) == (6, 6)
    rehearsal, live = notifier.references
    assert notifier("show", rehearsal).out.startswith(f"REHEARSAL  D-{rehearsal}")
    assert notifier("show", live).out.startswith(f"LIVE  D-{live}")
    listed = notifier("list").out
    assert f"D-{live}  live" in listed
    assert f"D-{rehearsal}  rehearsal" in listed
    assert [d["mode"] for d in notifier("list", "--json").json()["disruptions"]] == ["live", "rehearsal"]


def test_rehearsals_only_looks_at_no_key(notifier: Place) -> None:
    notifier.people(3)
    assert notifier(*SUSPEND, "--yes", NOTIFIER_REHEARSALS_ONLY="1").code == 0
    assert (notifier.sandbox.count(), notifier.provider.count()) == (3, 0)


def test_a_database_of_its_own_and_no_key_refuses_unless_it_is_a_rehearsal(deployment: Place) -> None:
    deployment.people(3)
    refused = deployment(*SUSPEND, "--yes")
    assert refused.code == 3
    assert refused.err == (
        "SENDGRID_API_KEY is not set: set it to tell customers, or add --rehearse to tell nobody.\n"
    )
    assert deployment.references == []
    deployment.start("worker", SENDGRID_API_KEY=RIGHT_KEY)
    assert deployment(*SUSPEND, "--rehearse", "--yes").code == 0
    assert (deployment.sandbox.count(), deployment.provider.count()) == (3, 0)


def test_a_key_that_is_missing_or_wrong_holds_the_notice_and_resume_sends_exactly_the_rest(
    deployment: Place,
) -> None:
    deployment.people(12)
    deployment.start("worker")
    held = deployment(*SUSPEND, "--yes", SENDGRID_API_KEY=RIGHT_KEY)
    assert "HELD: SENDGRID_API_KEY is not set for the workers" in held.out
    assert deployment.states() == ["held"]
    deployment.end()

    deployment.start("worker", SENDGRID_API_KEY="SG.wrong")
    (reference,) = deployment.references
    assert deployment("resume", reference).code == 0
    deployment.until_state("held")
    deployment.until(lambda: "The provider answered 401" in deployment("show", reference).out)
    assert "SG.wrong" not in deployment("show", reference).said
    (notice,) = deployment.shown(reference)
    assert notice["accounts"]["held"] == 12
    deployment.end()
    assert (deployment.provider.count(), deployment.sandbox.count()) == (0, 0)

    deployment.start("worker", SENDGRID_API_KEY=RIGHT_KEY)
    assert "12 people" in deployment("resume", reference).out
    deployment.until_state("finished")
    assert deployment.provider.addresses() == {f"p{i}@example.com": 1 for i in range(1, 13)}
    assert deployment.sandbox.count() == 0


def test_a_live_notice_without_words_about_a_key_says_so_in_doctor(deployment: Place) -> None:
    wrong = deployment("doctor", "--live", SENDGRID_API_KEY="SG.wrong")
    assert wrong.code == 4
    assert "FAULT  provider" in wrong.out
    assert "401" in wrong.out
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    ours = {
        "SENDGRID_API_KEY": RIGHT_KEY,
        "NOTIFIER_MAIL_FROM": "A <a@acme.org>",
        "NOTIFIER_SENDGRID_EVENT_KEYS": b64encode(
            public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).decode(),
    }
    deployment.environment["NOTIFIER_PORT"] = str(free_port())
    for process in ("worker", "beat", "web"):
        deployment.start(process, **ours)
    living = "SELECT count(DISTINCT kind) FROM process"
    deployment.until(lambda: deployment.value(living) == 4)
    right = deployment("doctor", "--live", **ours)
    faults = [line.split()[1] for line in right.out.splitlines() if line.startswith("  FAULT")]
    assert faults == ["replication"], right.said
    assert "fsync is off" in right.out, (
        "the server of these tests waits for no disk, and nothing else is wrong"
    )
    deaf = deployment("doctor", "--live", **ours | {"NOTIFIER_SENDGRID_EVENT_KEYS": ""})
    assert deaf.code == 4
    assert "FAULT  events" in deaf.out
    assert deployment.provider.count() == 0


def test_doctor_finds_no_fault_in_what_up_has_started(notifier: Place) -> None:
    done = notifier("doctor", "--json")
    faults = [check["name"] for check in done.json() if not check["ok"]]
    assert faults == ["sender", "events"], done.said  # with a key, and neither is set here


def test_a_key_without_a_sender_is_one_fault(deployment: Place) -> None:
    done = deployment("list", SENDGRID_API_KEY=RIGHT_KEY, NOTIFIER_MAIL_FROM="")
    assert done.code in {0, 2}
    assert done.code == 0 or "NOTIFIER_MAIL_FROM" in done.err or one_sentence(done)
