"""The `etabli` command: serve, worker, db upgrade, seed-demo, create-manager, remove-second-factor,
documents, audit, backup, restore, check.

Heavy imports stay inside the commands, so that `etabli --help` and a second start are quick.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click

from workspace.settings import Settings, SettingsError, load

WORKER_NICENESS = 10


def stop(sentence: str) -> NoReturn:
    """End with one plain sentence on the error stream."""
    click.echo(sentence, err=True)
    sys.exit(2)


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give the command its settings; a bad setting or an unreachable database ends it with a sentence."""

    @wraps(command)
    def run(**options: Any) -> None:
        from sqlalchemy.exc import OperationalError  # noqa: PLC0415

        try:
            settings = load()
            if settings.redis_url:
                from workspace.bells import announce  # noqa: PLC0415

                announce(settings)
            command(settings, **options)
        except SettingsError as error:
            stop(str(error))
        except OperationalError as error:
            stop(_unreachable(error))

    return run


def _unreachable(error: Exception) -> str:
    reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
    return (
        f"La base de données ne répond pas ({reason}) : démarrez-la, ou corrigez ETABLI_DATABASE_URL, "
        "puis réessayez."
    )


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """L'Établi : l'espace de travail des équipes en formation à l'innovation publique."""


@main.command()
@with_settings
def serve(settings: Settings) -> None:
    """Prépare la base, puis sert l'application (HOST, PORT, ETABLI_*)."""
    from workspace.services.installation import prepare  # noqa: PLC0415

    code = prepare(settings, say=click.echo)
    if code:
        click.echo(f"Premier démarrage : ouvrez {settings.base_url}/setup et donnez le code {code}")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "realtime.server"])  # noqa: S606


@main.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="S’arrête avec le processus qui l’a lancé.")
@with_settings
def worker(settings: Settings, *, with_parent: bool) -> None:
    """Fait le travail de fond : historique, compactage, copies de lecture (ETABLI_WORKER=separate)."""
    with suppress(OSError):
        os.nice(WORKER_NICENESS)  # edits go before upkeep, and before the imports of upkeep
    from workspace.jobs.process import run_worker  # noqa: PLC0415

    run_worker(settings, with_parent=with_parent)


@main.group()
def db() -> None:
    """La base de données."""


@db.command("upgrade")
@with_settings
def db_upgrade(settings: Settings) -> None:
    """Met le schéma à jour et charge le registre des collectivités."""
    from workspace.services.installation import upgrade_database  # noqa: PLC0415

    upgrade_database(settings, say=click.echo)
    click.echo("La base est à jour.")


@main.command("seed-demo")
@with_settings
def seed_demo(settings: Settings) -> None:
    """Charge le contenu de démonstration (personnes inventées, lieux réels)."""
    from workspace.services.installation import seed, upgrade_database  # noqa: PLC0415

    if settings.is_production:
        stop("Le contenu de démonstration est refusé en production.")
    upgrade_database(settings, say=click.echo)
    click.echo("Contenu de démonstration chargé." if seed() else "Le contenu de démonstration est déjà là.")


@main.command("create-manager")
@click.option("--email", prompt="Adresse e-mail", help="Adresse e-mail de la personne.")
@click.option("--name", prompt="Nom", help="Nom affiché.")
@click.option("--organization", prompt="Établissement", help="Établissement qui forme.")
@click.option("--programme", prompt="Formation", help="Nom de la formation.")
@click.option("--password", prompt="Mot de passe", hide_input=True, confirmation_prompt=True)
@with_settings
def create_manager(
    settings: Settings, *, email: str, name: str, organization: str, programme: str, password: str
) -> None:
    """Crée une personne responsable de formation."""
    from models.errors import DomainError  # noqa: PLC0415
    from models.session import transaction  # noqa: PLC0415
    from workspace.services.installation import upgrade_database  # noqa: PLC0415
    from workspace.services.managers import create_first_manager  # noqa: PLC0415

    upgrade_database(settings, say=click.echo)
    try:
        with transaction() as session:
            create_first_manager(
                session,
                email=email,
                name=name,
                password=password,
                organization_name=organization,
                programme_name=programme,
                at_console=True,
            )
    except DomainError as error:
        details = getattr(error, "fields", {}).values()
        stop(error.message or " ".join(details))
    click.echo(f"{name} peut se connecter avec {email}.")


@main.command("remove-second-factor")
@click.argument("email", metavar="ADRESSE")
@with_settings
def remove_second_factor(settings: Settings, *, email: str) -> None:
    """Retire la seconde étape de connexion d’une personne qui l’a perdue, et la déconnecte partout."""
    from models.errors import DomainError  # noqa: PLC0415
    from models.session import configure, transaction  # noqa: PLC0415
    from workspace.services.lost_factors import remove_factor_of  # noqa: PLC0415

    configure(settings.database_url)
    try:
        with transaction() as session:
            name = remove_factor_of(session, email).name
    except DomainError as error:
        stop(error.message)
    click.echo(f"{name} se connecte de nouveau par son seul mot de passe.")


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), metavar="FICHIER")
@with_settings
def backup(settings: Settings, *, file: Path) -> None:
    """Sauvegarde la base et les fichiers dans FICHIER, pendant que tout fonctionne."""
    from workspace.services.backup import write_backup  # noqa: PLC0415

    size = write_backup(settings, file)
    click.echo(f"{file} : {size / 1e6:.1f} Mo.")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FICHIER")
@with_settings
def restore(settings: Settings, *, file: Path) -> None:
    """Refait une installation à partir de FICHIER, dans une base neuve."""
    from workspace.services.backup import restore_backup  # noqa: PLC0415

    restore_backup(settings, file)
    click.echo("L’installation est rétablie : lancez « etabli check », puis « etabli serve ».")


@main.group()
def documents() -> None:
    """Les documents partagés : les vérifier, les compacter, effacer ce qui y fut supprimé."""


@documents.command("check")
@with_settings
def documents_check(settings: Settings) -> None:
    """Ouvre chaque document et nomme ceux qui sont abîmés."""
    from models.session import configure  # noqa: PLC0415
    from workspace.services.document_repair import all_corruptions  # noqa: PLC0415

    configure(settings.database_url)
    count, corrupt = all_corruptions()
    for document_id, reason in corrupt.items():
        click.echo(f"NON  document {document_id} : {reason}")
    click.echo(f"{count - len(corrupt)} documents sur {count} s’ouvrent.")
    if corrupt:
        sys.exit(1)


@documents.command("compact")
@click.argument("document_id", type=int)
@click.option("--erase", is_flag=True, help="Efface aussi l’historique : ce qui fut supprimé disparaît.")
@with_settings
def documents_compact(settings: Settings, *, document_id: int, erase: bool) -> None:
    """Remplace le journal d’un document par un instantané."""
    from models.base import utcnow  # noqa: PLC0415
    from models.document_log import head_of  # noqa: PLC0415
    from models.errors import CorruptDocument, NotFound  # noqa: PLC0415
    from models.session import configure, reading  # noqa: PLC0415
    from workspace.jobs import compact  # noqa: PLC0415
    from workspace.services.document_erasure import erase_deleted  # noqa: PLC0415

    configure(settings.database_url)
    try:
        with reading() as session:
            head_of(session, document_id)
        if not erase:
            compact.run(document_id, utcnow())
            click.echo(f"Le document {document_id} est compacté.")
            return
        erased = erase_deleted(document_id)
    except NotFound:
        stop(f"Le document {document_id} n’existe pas.")
    except CorruptDocument as error:
        stop(f"Le document {document_id} est abîmé ({error.reason}) : rétablissez-le d’abord.")
    click.echo(
        f"Ce qui fut supprimé du document {document_id} est effacé : {erased.rows} lignes du journal, "
        f"{erased.snapshots} instantanés, {erased.moments} moments de l’historique."
    )
    if not erased.is_scrubbed:
        stop("Un lecteur retient encore le fichier du journal : relancez la commande dans un instant.")


@main.group("audit")
def audit_group() -> None:
    """Le journal des actions : vérifier que rien n’y fut changé."""


@audit_group.command("verify")
@click.option("--fingerprint", default="", help="Une empreinte notée plus tôt : elle doit y être toujours.")
@with_settings
def audit_verify(settings: Settings, *, fingerprint: str) -> None:
    """Relit toute la chaîne du journal et dit si elle est intacte."""
    from models.audit_chain import has_hash, verify  # noqa: PLC0415
    from models.session import configure, reading  # noqa: PLC0415

    configure(settings.database_url)
    with reading() as session:
        verdict = verify(session)
        is_known = not fingerprint or has_hash(session, fingerprint.strip())
    if verdict.broken_at is None and not is_known:
        click.echo("Le journal des actions a été réécrit : cette empreinte n’y est plus.")
        sys.exit(1)
    if verdict.broken_at is None:
        click.echo(f"Le journal des actions est intact : {verdict.count} entrées, empreinte {verdict.hash}.")
        return
    click.echo(
        f"Le journal des actions a été modifié : l’entrée {verdict.broken_at} n’est pas celle qui fut "
        f"écrite ; les {verdict.count} entrées d’avant sont intactes."
    )
    sys.exit(1)


@main.command()
@with_settings
def check(settings: Settings) -> None:
    """Vérifie les réglages, la base, les migrations et les fichiers de l'interface."""
    from models import migrate  # noqa: PLC0415
    from models.session import configure, reading  # noqa: PLC0415
    from workspace.services.document_upkeep import all_corrupt  # noqa: PLC0415
    from workspace.web.assets import DIST  # noqa: PLC0415

    database = configure(settings.database_url)
    findings = {
        f"données : {settings.data}": True,
        f"base : {database.engine.dialect.name}": True,
        "migrations": migrate.is_current(database.engine),
        "interface construite": (DIST / "manifest.json").is_file(),
    }
    if findings["migrations"]:
        with reading() as session:
            corrupt = all_corrupt(session)
        for document_id, reason in corrupt.items():
            findings[f"document {document_id} : {reason}"] = False
        findings[f"documents abîmés : {len(corrupt)}"] = not corrupt
    for name, holds in findings.items():
        click.echo(f"{'ok' if holds else 'NON'}  {name}")
    if settings.redis_url:
        from workspace.bells import is_reachable  # noqa: PLC0415

        if is_reachable(settings.redis_url):
            click.echo("ok  redis")
        else:  # everything works without it, a second later between processes
            click.echo("--  redis ne répond pas : les processus se tiennent au courant par la base")
    if not all(findings.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
