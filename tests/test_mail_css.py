"""The CSS of the mails against what mail programs support.

The table is taken from caniemail.com (github.com/hteumeuleu/caniemail at 6b086a3, 2026-06-29, MIT licence, Rémi
Parmentier): the newest version tested of each program; y supported, a partly, n not, ? not tested there.
"""

import re

import pytest

from notifier.settings import data_folder

PROGRAMS = (
    "Apple Mail macOS", "Apple Mail iOS", "Gmail web", "Gmail iOS", "Gmail Android", "Outlook Windows",
    "Outlook.com", "Outlook macOS", "Outlook iOS", "Outlook Android", "Yahoo web", "Thunderbird", "Samsung",
    "Proton web", "Fastmail", "GMX web", "WEB.DE web",
)  # fmt: skip
SUPPORT = {
    "background-color": "yyyyyyyyyyyyyyy??",
    "border": "yyyyyayyyyyyyyyyy",
    "border-radius": "yyyyynyyyyayyyynn",
    "color": "?????????????????",
    "color-scheme": "yynnnnnnnnnyyyn??",
    "display": "yyyaaayyyyayyyaaa",
    "font-family": "yyyyyyyyyyyyyyy??",
    "font-size": "?????????????????",
    "font-weight": "?????????????????",
    "height": "yyyyyayyyynyyyyyy",
    "letter-spacing": "yyyyyayyyyyyyyyyy",
    "line-height": "yyyyyayyyyyyyyyyy",
    "margin": "yyaaaaaaaaayyyyyy",
    "max-height": "yyyyynyyyyyyyyyyy",
    "max-width": "yyyyyayyyyyyyyyyy",
    "overflow": "aaaaanaaaaayaayaa",
    "padding": "yyyyyayyyyyyyyyyy",
    "table-layout": "yyyyynynyyy?yy???",
    "text-decoration": "yyyaaayyyyyyyyyaa",
    "white-space": "yyyaanyyyyyynyy??",
    "width": "yyyyyayyyyyyyyyyy",
    "word-break": "aayaayaaaanyayynn",
    "word-wrap": "yya?any?yny??????",
    "@media": "yyaaanaaaaanaay??",
    "@media (prefers-color-scheme": "yynnnnyyyynnyny??",
}
SAME_AS = {
    "border-left": "border",
    "border-right": "border",
    "border-top": "border",
    "border-color": "border",
}
ONLY_ADORNMENT = {
    "border-radius", "color-scheme", "height", "max-height", "overflow", "table-layout", "white-space",
    "word-break", "word-wrap", "@media", "@media (prefers-color-scheme",
}  # fmt: skip
"""Where one of these is missing, the mail is less pretty and says the same."""
OURS = {"mso-hide", "mso-line-height-rule", "supported-color-schemes"}
"""Names that one program alone knows."""


def used() -> set[str]:
    layout = (data_folder("templates") / "email" / "layout.html.j2").read_text("utf-8")
    style = layout.split("<style>")[1].split("</style>")[0] + ";".join(re.findall(r'style="([^"]*)"', layout))
    found = set(re.findall(r"(?:[{;]|^)\s*([a-z-]+)\s*:", style, re.MULTILINE))
    found |= {at for at in SUPPORT if at.startswith("@") and at in style}
    return {SAME_AS.get(name, name) for name in found} - OURS


def test_every_property_is_known_to_the_table() -> None:
    assert used() == set(SUPPORT)
    assert {len(row) for row in SUPPORT.values()} == {len(PROGRAMS)}


def test_what_a_mail_needs_to_be_read_is_supported_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    needed = {name: row for name, row in SUPPORT.items() if name not in ONLY_ADORNMENT}
    assert [(name, PROGRAMS[row.index("n")]) for name, row in needed.items() if "n" in row] == []
    tested = "".join(SUPPORT[name] for name in used()).replace("?", "")
    share = (tested.count("y") / len(tested), (tested.count("y") + tested.count("a")) / len(tested))
    with capsys.disabled():
        print(
            f"\nCSS of the mails, {len(used())} features in {len(PROGRAMS)} programs:"
            f" {share[0]:.0%} supported, {share[1]:.0%} at least partly"
        )
    assert share[1] > 0.9
