"""`doctor` for the company's own database: does its view keep the contract? Column by column, with each cure."""

from notifier.actions.inspect.doctor import OLDEST_POSTGRES, Check
from notifier.model.contract import COLUMNS, VIEW, examine, faults
from notifier.model.customer import attribute_fault
from notifier.store import Db
from notifier.store.company import audience_view, catalogue
from notifier.store.company.audience_view import CompanyUnreachable, Outer, Rights

ROWS = 1_000
"""Looked at for services and attributes; what they hold of people is not read."""


def check_view(url: str, db: Db) -> list[Check]:
    """Whether it answers, who we are there, each column, and whether services and attributes are ours."""
    try:
        with audience_view.reading(url) as there:
            return _checks(there, db)
    except CompanyUnreachable as error:
        return [Check("audience", ok=False, found=str(error))]


def _checks(there: Outer, db: Db) -> list[Check]:
    present = audience_view.columns(there)
    if not present:
        columns = ", ".join(f"{c.name} {c.type}" for c in COLUMNS)
        found = (
            f"{there.where} shows no view {VIEW} to this role: create it ({columns}), and grant SELECT on it."
        )
        return [Check("audience", ok=False, found=found)]
    rights = audience_view.rights(there)
    checks = [_check_role(there, rights)]
    findings = examine(present)
    checks += [Check(f"view.{f.column}", ok=f.ok, found=f.found) for f in findings]
    if rights.may_read and not faults(findings):
        checks += [_check_services(there, db), _check_attributes(there, db)]
    return checks


def _check_role(there: Outer, rights: Rights) -> Check:
    if not rights.may_read:
        cure = f"GRANT SELECT ON {VIEW} TO {rights.role};"
        return Check("audience", ok=False, found=f"{there.where}: {rights.role} may not read {VIEW}: {cure}")
    if rights.superuser:
        cure = f"CREATE ROLE notifier_reader LOGIN PASSWORD '...'; GRANT SELECT ON {VIEW} TO notifier_reader;"
        return Check("audience", ok=False, found=f"{rights.role} may do everything there: {cure}")
    if rights.version < OLDEST_POSTGRES:
        return Check(
            "audience", ok=False, found=f"PostgreSQL {rights.version // 10000} there is too old: 15."
        )
    return Check("audience", ok=True, found=f"{there.where} answers; {rights.role} reads {VIEW}")


def _check_services(there: Outer, db: Db) -> Check:
    with db.transaction() as tx:
        ours = {service.slug for service in catalogue.services(tx)}
    theirs = [slug for slug in audience_view.some_services(there, ROWS) if slug not in ours]
    if theirs:
        named = ", ".join(slug or "NULL" for slug in theirs[:8])
        found = (
            f"rows of {named} are not read: declare such services with `notifier apply`, or spell them so."
        )
        return Check("services there", ok=False, found=found)
    return Check("services there", ok=True, found=f"all declared, as far as {ROWS:,} rows show")


def _check_attributes(there: Outer, db: Db) -> Check:
    with db.transaction() as tx:
        ours = {attribute.name for attribute in catalogue.attributes(tx) if attribute.declared}
    theirs = set(audience_view.some_attributes(there, ROWS))
    if missing := sorted(ours - theirs):
        found = f"no row has a value of {', '.join(missing[:8])}: add it to attrs, or it is unknown for everybody."
        return Check("attributes", ok=False, found=found)
    if extra := sorted(name for name in theirs - ours if attribute_fault(name) is None):
        found = f"all there; not read, for no [attributes] declares them: {', '.join(extra[:8])}"
        return Check("attributes", ok=True, found=found)
    return Check("attributes", ok=True, found="all that are declared are there")
