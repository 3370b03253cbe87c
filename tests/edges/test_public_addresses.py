"""Into our own network nobody leads us, however the address is written."""

import pytest

from notifier.edges.public_addresses import may_connect

PUBLIC = ("93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1")
OURS = (
    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "127.0.0.1", "127.9.9.9", "::1",
    "fd00::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::1.1.1.1", "64:ff9b::10.0.0.1",
)  # fmt: skip
NOBODYS = (
    "0.0.0.0", "169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "fe80::1",
    "224.0.0.1", "239.1.2.3", "ff02::1", "ff0e::1", "255.255.255.255", "240.0.0.1", "::",
    "2002:7f00:1::", "2002:0a00:0001::", "2001::1", "::127.0.0.1", "::a00:1", "64:ff9b:1::10.0.0.1",
    "192.88.99.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "fec0::1",
    "5f00::1", "100::1", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "100.100.100.200", "168.63.129.16",
    "192.0.0.192", "::ffff:168.63.129.16", "64:ff9b::100.100.100.200", "64:ff9b::168.63.129.16",
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_asked(address: str) -> None:
    assert may_connect(address, allow_private=False)
    assert may_connect(address, allow_private=True)


@pytest.mark.parametrize("address", OURS)
def test_what_is_inside_is_asked_only_if_that_is_allowed(address: str) -> None:
    assert not may_connect(address, allow_private=False)
    assert may_connect(address, allow_private=True)


@pytest.mark.parametrize("address", NOBODYS)
def test_credentials_of_clouds_and_what_is_no_machine_are_never_asked(address: str) -> None:
    assert not may_connect(address, allow_private=False)
    assert not may_connect(address, allow_private=True)
