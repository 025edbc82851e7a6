"""The accounts of the centre's staff: who may sign in, and what each may do."""

from starlette.responses import Response

from artbox.box.domain.accounts import Account, Role
from artbox.box.edge.texts import mark
from artbox.box.errors import AccountNameInvalid, AccountNameTaken, LastAdministrator
from artbox.box.web.forms import NO_PROBLEMS, Problems
from artbox.box.web.pages.signing_in import signed_out
from artbox.box.web.rendering import see_other
from artbox.box.web.visit import Visit

LIST = "/system/benutzer"
NAME_FIELDS = {"account-name-invalid": "benutzername", "account-name-taken": "benutzername"}
ROLES = {
    Role.ADMINISTRATOR: (
        mark("Administrator"),
        mark("darf alles: Zugänge anlegen, exportieren und die Einstellungen ändern"),
    ),
    Role.USER: (mark("Benutzer"), mark("arbeitet täglich damit: exportiert, bestätigt Befunde, sperrt")),
    Role.READ_ONLY: (mark("Nur lesen"), mark("sieht alles außer den Einstellungen und ändert nichts")),
}
NOTICES = {
    "rolle": mark("Die Rolle ist geändert. Die Person ist auf allen Geräten abgemeldet."),
    "gesperrt": mark("Das Konto ist gesperrt. Die Person ist auf allen Geräten abgemeldet."),
    "freigegeben": mark("Das Konto ist wieder freigegeben."),
    "zwei-faktor": mark("Der zweite Faktor des Kontos ist ausgeschaltet."),
    "entfernt": mark("Das Konto ist entfernt."),
}


def show(visit: Visit) -> Response:
    """List the accounts."""
    return visit.page(
        "people/list.html", people=visit.application.people.all(), roles=ROLES, notice=_notice(visit)
    )


def new(visit: Visit) -> Response:
    """Ask for name and role of a new account."""
    return _new_page(visit, NO_PROBLEMS, 200)


def create(visit: Visit) -> Response:
    """Make an account and show its initial password, this once."""
    role = _role(visit)
    if role is None:
        problems = Problems({"rolle": visit.text(mark("Bitte wählen Sie eine Rolle."))})
        return _new_page(visit, problems, 422)
    try:
        account_id, password = visit.application.people.create(
            visit.form.get("benutzername", ""), role, actor=visit.person.name
        )
    except (AccountNameInvalid, AccountNameTaken) as error:
        return _new_page(visit, Problems.from_error(error, NAME_FIELDS, visit.language), 422)
    account = visit.application.people.one(account_id)
    return visit.page("people/password.html", account=account, password=password, created=True)


def one(visit: Visit) -> Response:
    """Show an account and what can be done with it."""
    return _account_page(visit, NO_PROBLEMS, 200)


def change_role(visit: Visit) -> Response:
    """Give an account another role."""
    account, role = _account(visit), _role(visit)
    if role is None or role is account.role:
        return see_other(f"{LIST}/{account.id}")
    try:
        visit.application.people.change_role(account.id, role, actor=visit.person.name)
    except LastAdministrator as error:
        return _account_page(visit, Problems.from_error(error, {error.code: "rolle"}, visit.language), 409)
    return _done(visit, account, f"{LIST}/{account.id}?hinweis=rolle")


def reset_password(visit: Visit) -> Response:
    """Make a new initial password and show it, this once."""
    account = _account(visit)
    password = visit.application.people.reset_password(account.id, actor=visit.person.name)
    return visit.page("people/password.html", account=account, password=password, created=False)


def lock(visit: Visit) -> Response:
    """Let an account sign in no more."""
    account = _account(visit)
    try:
        visit.application.people.lock(account.id, actor=visit.person.name)
    except LastAdministrator as error:
        return _account_page(visit, Problems.from_error(error, {}, visit.language), 409)
    return _done(visit, account, f"{LIST}/{account.id}?hinweis=gesperrt")


def release(visit: Visit) -> Response:
    """Let a locked account sign in again."""
    account = _account(visit)
    visit.application.people.release(account.id, actor=visit.person.name)
    return see_other(f"{LIST}/{account.id}?hinweis=freigegeben")


def drop_factor(visit: Visit) -> Response:
    """Take the second factor off an account whose owner has lost the device."""
    account = _account(visit)
    visit.application.accounts.second_factor.remove(account.id, actor=visit.person.name)
    return see_other(f"{LIST}/{account.id}?hinweis=zwei-faktor")


def confirm_removal(visit: Visit) -> Response:
    """Say what removing means before it happens."""
    return visit.page("people/remove.html", account=_account(visit), problems=NO_PROBLEMS)


def remove(visit: Visit) -> Response:
    """Remove an account."""
    account = _account(visit)
    try:
        visit.application.people.remove(account.id, actor=visit.person.name)
    except LastAdministrator as error:
        problems = Problems.from_error(error, {}, visit.language)
        return visit.page("people/remove.html", 409, account=account, problems=problems)
    return _done(visit, account, f"{LIST}?hinweis=entfernt")


def _done(visit: Visit, account: Account, path: str) -> Response:
    """Lead on; whoever changed their own account has been signed out by it."""
    return signed_out("geaendert") if account.id == visit.person.account_id else see_other(path)


def _account(visit: Visit) -> Account:
    return visit.application.people.one(int(visit.request.path_params["account_id"]))


def _role(visit: Visit) -> Role | None:
    wanted = visit.form.get("rolle", "")
    return Role(wanted) if wanted in list(Role) else None


def _notice(visit: Visit) -> str | None:
    return NOTICES.get(visit.request.query_params.get("hinweis", ""))


def _new_page(visit: Visit, problems: Problems, status_code: int) -> Response:
    name, role = visit.form.get("benutzername", ""), _role(visit) or Role.USER
    return visit.page("people/new.html", status_code, name=name, chosen=role, roles=ROLES, problems=problems)


def _account_page(visit: Visit, problems: Problems, status_code: int) -> Response:
    account = _account(visit)
    return visit.page(
        "people/one.html",
        status_code,
        account=account,
        roles=ROLES,
        own=account.id == visit.person.account_id,
        notice=None if problems else _notice(visit),
        problems=problems,
    )
