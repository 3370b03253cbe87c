"""Which addresses may a stranger let us connect to?"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

INSIDE = tuple(
    map(ip_network, ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                     "::1/128", "fc00::/7"))
)  # fmt: skip
"""What `allow_private` allows: networks of a company's own. Never link-local, where clouds keep credentials."""
OF_CLOUDS = tuple(
    map(ip_network, ("fd00:ec2::/32", "fd20:ce::254/128", "100.100.100.200/32", "168.63.129.16/32",
                     "192.0.0.192/32"))
)  # fmt: skip
"""Where clouds keep credentials at addresses that are not link-local, and no company has machines: AWS (all of
what it keeps for itself), Google, Alibaba, Azure, Oracle; as each documents them.
"""
NAT64 = IPv6Network("64:ff9b::/96")
UNICAST = IPv6Network("2000::/3")
"""All that is global and names one machine; `is_global` also says so of NAT64, of `::a.b.c.d` and of multicast."""
SIX_TO_FOUR = (IPv6Network("2002::/16"), ip_network("192.88.99.0/24"))


def may_connect(address: str, *, allow_private: bool) -> bool:
    """Is this address, as `getaddrinfo` writes it, one that strangers may let us connect to?"""
    found = _meant(ip_address(address))
    if _is_in(found, OF_CLOUDS):
        return False
    if _is_public(found):
        return True
    if not allow_private:
        return False
    if isinstance(found, IPv6Address) and found in NAT64:
        return may_connect(str(IPv4Address(int(found) & 0xFFFFFFFF)), allow_private=True)
    return _is_in(found, INSIDE)


def _is_in(address: IPv4Address | IPv6Address, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The system connects to the IPv4 address that is written into an IPv6 one."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address not in UNICAST:
        return False
    return address.is_global and not address.is_multicast and not _is_in(address, SIX_TO_FOUR)
