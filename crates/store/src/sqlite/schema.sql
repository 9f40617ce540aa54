-- Version 1. Times are milliseconds since 1970; the time of an event, a log line and an audit entry is in its id.
-- Triggers and outcomes are numbers: their places in the tables of hookbox-protocol.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tenant (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL,
    data_key      BLOB NOT NULL,
    created_at    INTEGER NOT NULL,
    suspended     INTEGER NOT NULL DEFAULT 0,
    several_hooks INTEGER NOT NULL DEFAULT 0,
    quotas        TEXT NOT NULL DEFAULT '{}',
    deleted_at    INTEGER
) STRICT;
-- A deleted tenant stays until the last of its rows is gone, and its name is free before that.
CREATE UNIQUE INDEX tenant_name ON tenant (name) WHERE deleted_at IS NULL;

-- Tokens (kind 0) and clients (kind 1).
CREATE TABLE credential (
    id         INTEGER PRIMARY KEY,
    tenant     INTEGER NOT NULL REFERENCES tenant (id),
    kind       INTEGER NOT NULL,
    hash       BLOB NOT NULL,
    name       TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    expires_at INTEGER,
    used_at    INTEGER
) STRICT;
CREATE INDEX credential_tenant ON credential (tenant);

-- A deleted hook stays as a name for its past deliveries.
CREATE TABLE hook (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL UNIQUE,
    tenant       INTEGER NOT NULL REFERENCES tenant (id),
    name         TEXT NOT NULL,
    trigger      INTEGER NOT NULL,
    enabled      INTEGER NOT NULL,
    live         INTEGER NOT NULL,
    last_version INTEGER NOT NULL,
    dependencies TEXT NOT NULL,
    settings     TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    deleted_at   INTEGER
) STRICT;
CREATE UNIQUE INDEX hook_name ON hook (tenant, name) WHERE deleted_at IS NULL;

CREATE TABLE version (
    hook       INTEGER NOT NULL REFERENCES hook (number),
    number     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    digest     BLOB REFERENCES module (digest),
    source     TEXT,
    PRIMARY KEY (hook, number),
    CHECK ((digest IS NULL) <> (source IS NULL))
) STRICT;
CREATE INDEX version_digest ON version (digest) WHERE digest IS NOT NULL;

CREATE TABLE module (
    digest BLOB PRIMARY KEY,
    wasm   BLOB NOT NULL
) STRICT;

-- Which tenants put a module into the store: knowing a digest is not enough to run another tenant's code.
CREATE TABLE module_tenant (
    digest BLOB NOT NULL REFERENCES module (digest),
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    PRIMARY KEY (digest, tenant)
) STRICT, WITHOUT ROWID;

CREATE TABLE secret (
    hook  INTEGER NOT NULL REFERENCES hook (number),
    name  TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (hook, name)
) STRICT, WITHOUT ROWID;

-- From here on rows are written at the rate of events: integer keys, no foreign keys, and no index that is not needed.

CREATE TABLE event (
    id              INTEGER PRIMARY KEY,
    tenant          INTEGER NOT NULL,
    trigger         INTEGER NOT NULL,
    initiated_by    INTEGER,
    idempotency_key TEXT,
    fingerprint     BLOB,
    user            TEXT NOT NULL,
    context         TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX event_key ON event (tenant, idempotency_key) WHERE idempotency_key IS NOT NULL;
-- For lists of events. Its entries end with the id.
CREATE INDEX event_tenant ON event (tenant);

-- state: 0 pending, 1 leased, 2 succeeded, 3 dead, 4 held (pending, but its hook is disabled), 5 pending for another
-- attempt: those wait in an index of their own, because a first attempt goes before them.
-- next_at: when a pending one is due, when a lease ends. crashes: attempts that were lost with their lease; one that lost
-- one may be what ends the daemon.
CREATE TABLE delivery (
    event    INTEGER NOT NULL,
    hook     INTEGER NOT NULL,
    tenant   INTEGER NOT NULL,
    state    INTEGER NOT NULL,
    next_at  INTEGER,
    fence    INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    crashes  INTEGER NOT NULL DEFAULT 0,
    reason   TEXT,
    -- The attempts before the last replay.
    replayed_after INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (event, hook)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (tenant, next_at, event, hook, state) WHERE state <= 1;
CREATE INDEX delivery_retry ON delivery (tenant, next_at, event, hook) WHERE state = 5;
CREATE INDEX delivery_dead ON delivery (tenant, event) WHERE state = 3;
CREATE INDEX delivery_held ON delivery (hook, tenant) WHERE state = 4;

-- Times in microseconds; error, logs and http are JSON, and null where there is nothing to say.
CREATE TABLE attempt (
    event             INTEGER NOT NULL,
    hook              INTEGER NOT NULL,
    number            INTEGER NOT NULL,
    version           INTEGER NOT NULL,
    outcome           INTEGER NOT NULL,
    started_at        INTEGER NOT NULL,
    wall_us           INTEGER NOT NULL,
    cpu_us            INTEGER NOT NULL,
    fuel_used         INTEGER NOT NULL,
    memory_bytes_peak INTEGER NOT NULL,
    error             TEXT,
    logs              TEXT,
    http              TEXT,
    PRIMARY KEY (event, hook, number)
) STRICT, WITHOUT ROWID;

-- The outcomes of a hook's last attempts, newest first, a letter each.
CREATE TABLE recent (
    hook     INTEGER PRIMARY KEY,
    outcomes TEXT NOT NULL
) STRICT;

CREATE TABLE log (
    tenant        INTEGER NOT NULL,
    id            INTEGER NOT NULL,
    code          TEXT NOT NULL,
    description   TEXT NOT NULL,
    hook          INTEGER,
    event         INTEGER,
    user_id       TEXT,
    user_name     TEXT,
    user_email    TEXT,
    connection    TEXT,
    connection_id TEXT,
    details       TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    tenant  INTEGER NOT NULL,
    token   INTEGER NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL
) STRICT;
CREATE INDEX audit_tenant ON audit (tenant);

-- How much a tenant keeps, in stretches of identifiers that were measured once: events with their attempts and log lines
-- from `first` to `last`. Retention by bytes drops the oldest ones.
CREATE TABLE volume (
    tenant INTEGER NOT NULL,
    first  INTEGER NOT NULL,
    last   INTEGER NOT NULL,
    bytes  INTEGER NOT NULL,
    PRIMARY KEY (tenant, first)
) STRICT, WITHOUT ROWID;

-- Daemons that gave a sign of life.
CREATE TABLE node (
    id         TEXT PRIMARY KEY,
    version    TEXT NOT NULL,
    address    TEXT,
    started_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    running    INTEGER NOT NULL
) STRICT;
