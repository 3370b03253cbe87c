"""A person's mails of one disruption have one subject: that of the first, whatever has changed since."""

from tests.lab import Lab

HEAD = "customer,name,email,locale,services\n"


def test_all_that_follows_keeps_the_subject_of_the_first_mail_of_each_person(lab: Lab) -> None:
    lab.customers(HEAD + "a,Acme,ann@example.com,de,fable-5;mythos-5\nb,Beta,bob@example.com,en,mythos-5\n")
    reference = lab.suspend(services=("fable-5",))
    lab.settle()
    lab.customers(HEAD + "a,Acme,ann@example.com,fr,fable-5;mythos-5\n")
    lab.rescope(reference, services=("fable-5", "mythos-5"))
    lab.settle()
    lab.update(reference)
    lab.settle()

    ann, bob = lab.sink.to("ann@example.com"), lab.sink.to("bob@example.com")
    assert "Bonjour" in ann[-1].text
    assert {mail.subject for mail in ann} == {f"Sperrung von Fable 5 (Vorgang {reference})"}
    assert len(bob) == 2
    assert {mail.subject for mail in bob} == {f"Suspension of Fable 5 and Mythos 5 (reference {reference})"}
