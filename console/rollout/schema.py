"""The journal's tables, and how a database that holds them is opened."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import URL, make_url

from console.config.places import make_private
from console.errors import JournalError, JournalUnwritable
from console.rollout.file_system import is_networked
from console.rollout.migrations import MIGRATIONS

VERSION = 2

_RACES = 20  # times that another host may be quicker at making a table

metadata = sa.MetaData()

_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")  # a plan of hundreds of members passes 64 kB
# The driver of each kind of server, and what keeps a server that hangs from holding a rollout up, in seconds.
_DRIVERS: dict[str, tuple[str, dict[str, Any]]] = {
    "postgresql": (
        "postgresql+psycopg",
        {"connect_timeout": 5, "options": "-c statement_timeout=10000 -c lock_timeout=5000"},
    ),
    "mysql": ("mysql+pymysql", {"connect_timeout": 5, "read_timeout": 10, "write_timeout": 10}),
    "mariadb": ("mariadb+pymysql", {"connect_timeout": 5, "read_timeout": 10, "write_timeout": 10}),
}

version = sa.Table("journal_version", metadata, sa.Column("version", sa.Integer, primary_key=True))

rollouts = sa.Table(
    "rollout",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("service", sa.String(255), nullable=False, index=True),
    sa.Column("plan", _TEXT, nullable=False),
    sa.Column("who", _TEXT, nullable=False),
    sa.Column("reason", _TEXT, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("sentence", _TEXT, nullable=False, default=""),
    sa.Column("exit_code", sa.Integer),
    sa.Column("ended_at", sa.Double),
    sa.Column("runner", _TEXT, nullable=False, default=""),
    sa.Column("waiting_since", sa.Double, nullable=False),
)

events = sa.Table(
    "event",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("rollout_id", sa.String(16), sa.ForeignKey("rollout.id"), nullable=False, index=True),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("step", sa.String(32), nullable=False),
    sa.Column("text", _TEXT, nullable=False),
    sa.Column("data", _TEXT, nullable=False),
)

decisions = sa.Table(
    "decision",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("rollout_id", sa.String(16), sa.ForeignKey("rollout.id"), nullable=False, index=True),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("step", sa.String(32), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("who", _TEXT, nullable=False),
    sa.Column("reason", _TEXT, nullable=False),
    sa.Column("plan", _TEXT),
    sa.Column("take_over", sa.String(255), nullable=False, default=""),
)

trains = sa.Table(
    "train",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("name", sa.String(255), nullable=False, index=True),
    sa.Column("who", _TEXT, nullable=False),
    sa.Column("reason", _TEXT, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("sentence", _TEXT, nullable=False, default=""),
    sa.Column("exit_code", sa.Integer),
    sa.Column("ended_at", sa.Double),
    sa.Column("runner", _TEXT, nullable=False, default=""),
    sa.Column("waiting_since", sa.Double, nullable=False),
)

train_rollouts = sa.Table(
    "train_rollout",
    metadata,
    sa.Column("rollout_id", sa.String(16), sa.ForeignKey("rollout.id"), primary_key=True),
    sa.Column("train_id", sa.String(16), sa.ForeignKey("train.id"), nullable=False, index=True),
    sa.Column("service", sa.String(255), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("back", sa.Integer, nullable=False),
)

train_events = sa.Table(
    "train_event",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("train_id", sa.String(16), sa.ForeignKey("train.id"), nullable=False, index=True),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("text", _TEXT, nullable=False),
)

# Since schema 2: what is decided about a service, not about one of its rollouts. Rows are only added.
service_decisions = sa.Table(
    "service_decision",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("service", sa.String(255), nullable=False, index=True),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("version", sa.String(255), nullable=False),
    sa.Column("until", sa.Double),
    sa.Column("who", _TEXT, nullable=False),
    sa.Column("reason", _TEXT, nullable=False),
)

leases = sa.Table(
    "lease",
    metadata,
    sa.Column("object", sa.String(255), primary_key=True),
    sa.Column("holder", _TEXT, nullable=False),
    sa.Column("renewed_at", sa.Double, nullable=False),
    sa.Column("revision", sa.String(64), nullable=False),
)


def connect(url: str, *, read_only: bool) -> sa.Engine:
    """An engine on the journal, its tables made if they are not there.

    A read-only journal that does not exist is an empty one. Raises JournalError.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed, read_only=read_only)
        engine = _server(parsed)
        if not read_only:
            _create(engine)
    except ImportError as error:
        raise JournalError(
            f"the journal {_masked(url)} needs a driver that is not installed: {error.name}",
            "install the program with it: `bluegreen-console[postgresql]` or `bluegreen-console[mysql]`",
        ) from error
    except (sa.exc.SQLAlchemyError, OSError) as error:
        raise JournalUnwritable(
            f"the journal {_masked(url)} cannot be opened: {error}",
            "check `journal:` in the config and its permissions",
        ) from error
    return engine


def _server(url: URL) -> sa.Engine:
    """A database for several hosts, with our driver where the URL names none."""
    driver, arguments = _DRIVERS.get(url.get_backend_name(), (url.drivername, {}))
    chosen = url if "+" in url.drivername else url.set(drivername=driver)
    known = arguments if chosen.drivername == driver else {}
    return sa.create_engine(chosen, pool_pre_ping=True, connect_args=known)


def _sqlite(url: URL, *, read_only: bool) -> sa.Engine:
    path = Path(url.database or "")
    if read_only:
        return _readable(path) if path.exists() else _empty()
    if is_networked(path):
        raise JournalError(
            f"the journal {path} is on a network file system, where SQLite's locks do not hold",
            "use a local folder, or a database for several hosts: journal: postgresql://...",
        )
    make_private(path.parent)
    path.touch(mode=0o600)
    engine = sa.create_engine(url)
    sa.event.listen(engine, "connect", _durable)
    _create(engine)
    return engine


def _empty() -> sa.Engine:
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    metadata.create_all(engine)
    return engine


def _readable(path: Path) -> sa.Engine:
    """An engine that only reads. SQLite wants to write beside the file even then, which a full disk does not allow.

    A journal that nobody has open is one file, and can be read as one that nobody will change. An older schema is read
    as it is.
    """
    engine = sa.create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).get_table_names():  # somebody makes it at this very moment
                return _empty()
            found = connection.execute(sa.select(version.c.version)).scalar()
    except sa.exc.OperationalError:
        engine.dispose()
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise
        return sa.create_engine(f"sqlite:///file:{path}?mode=ro&immutable=1&uri=true")
    _is_known(engine, int(found or 0))
    return engine


def file_of(engine: sa.Engine) -> Path | None:
    """The file of a SQLite journal that is open for writing; None for any other."""
    name = engine.url.database
    return Path(name) if engine.url.get_backend_name() == "sqlite" and name and not name.startswith("file:") else None


def _durable(connection: object, _record: object) -> None:
    """Readers never wait for the writer; a commit is on the disk when it returns."""
    cursor = connection.cursor()  # type: ignore[attr-defined]  # the driver's own connection
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _create(engine: sa.Engine) -> None:
    """Make the tables that are not there, and bring an older schema up to ours.

    Several hosts may do so at once: who loses the race looks again.
    """
    for left in range(_RACES, -1, -1):
        try:
            metadata.create_all(engine)
            found = _migrated(engine)
        except (sa.exc.OperationalError, sa.exc.ProgrammingError, sa.exc.IntegrityError):
            if not left:
                raise
            time.sleep(0.05)
        else:
            break
    _is_known(engine, found)


def _is_known(engine: sa.Engine, found: int) -> None:
    if found > VERSION:
        raise JournalError(
            f"the journal {_masked(str(engine.url))} has schema {found}, this program knows {VERSION}",
            "use the version of the program that wrote it, or another journal",
        )


def _migrated(engine: sa.Engine) -> int:
    """Change an older schema step by step, each step in one transaction; returns the schema that it has then.

    The number is raised first: that takes the lock under which one host migrates and the others wait.
    """
    found = _version_of(engine)
    while found < VERSION:
        with engine.begin() as connection:
            mine = version.update().where(version.c.version == found).values(version=found + 1)
            if connection.execute(mine).rowcount == 1:
                MIGRATIONS[found + 1](connection)
        found = _version_of(engine)
    return found


def _version_of(engine: sa.Engine) -> int:
    """The schema that the journal has; ours where it is new."""
    with engine.begin() as connection:
        found = connection.execute(sa.select(version.c.version)).scalar()
        if found is None:
            connection.execute(version.insert().values(version=VERSION))
            return VERSION
        return int(found)


def _masked(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except sa.exc.SQLAlchemyError:
        return "of the config"
