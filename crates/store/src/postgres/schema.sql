-- Version 1, for PostgreSQL. The tables and their words are those of the SQLite engine: times are milliseconds since
-- 1970; the time of an event, a log line and an audit entry is in its id; triggers and outcomes are numbers, their
-- places in the tables of hookbox-protocol. Wide columns come first, so that rows carry no padding.

-- The database's own time; the offset is zero but in tests. `now()` stands still within a transaction.
CREATE FUNCTION hookbox_now(offset_ms BIGINT) RETURNS BIGINT LANGUAGE sql STABLE PARALLEL SAFE
    RETURN floor(extract(epoch FROM now()) * 1000)::BIGINT + offset_ms;

-- Counts the changes of the catalogue; every node asks for it, and forgets what it has cached when it has grown.
CREATE TABLE revision (
    number BIGINT NOT NULL
);
INSERT INTO revision VALUES (1);

-- The numbers that nodes go by: the holder of a number holds an advisory lock of it as well, as long as it is connected.
-- `server_started_at` tells a lock that went with its node from one that went with the server.
CREATE TABLE seat (
    number            SMALLINT PRIMARY KEY,
    seen_at           BIGINT NOT NULL,
    server_started_at BIGINT NOT NULL
);

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE tenant (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at    BIGINT NOT NULL,
    deleted_at    BIGINT,
    suspended     BOOLEAN NOT NULL DEFAULT FALSE,
    several_hooks BOOLEAN NOT NULL DEFAULT FALSE,
    name          TEXT NOT NULL,
    data_key      BYTEA NOT NULL,
    quotas        TEXT NOT NULL DEFAULT '{}'
);
-- A deleted tenant stays until the last of its rows is gone, and its name is free before that.
CREATE UNIQUE INDEX tenant_name ON tenant (name) WHERE deleted_at IS NULL;

-- Tokens (kind 0) and clients (kind 1).
CREATE TABLE credential (
    id         BIGINT PRIMARY KEY,
    tenant     BIGINT NOT NULL REFERENCES tenant (id),
    expires_at BIGINT,
    used_at    BIGINT,
    kind       SMALLINT NOT NULL,
    hash       BYTEA NOT NULL,
    name       TEXT NOT NULL,
    scopes     TEXT NOT NULL
);
CREATE INDEX credential_tenant ON credential (tenant);

-- A deleted hook stays as a name for its past deliveries.
CREATE TABLE hook (
    number       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant       BIGINT NOT NULL REFERENCES tenant (id),
    created_at   BIGINT NOT NULL,
    deleted_at   BIGINT,
    live         INTEGER NOT NULL,
    last_version INTEGER NOT NULL,
    trigger      SMALLINT NOT NULL,
    enabled      BOOLEAN NOT NULL,
    id           TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    dependencies TEXT NOT NULL,
    settings     TEXT NOT NULL
);
CREATE UNIQUE INDEX hook_name ON hook (tenant, name) WHERE deleted_at IS NULL;
CREATE INDEX hook_enabled ON hook (tenant, trigger) WHERE enabled;

CREATE TABLE module (
    digest BYTEA PRIMARY KEY,
    wasm   BYTEA NOT NULL
);

-- A script is bytes here: text in PostgreSQL cannot hold the character zero, and a script may.
CREATE TABLE version (
    hook       BIGINT NOT NULL REFERENCES hook (number),
    created_at BIGINT NOT NULL,
    number     INTEGER NOT NULL,
    digest     BYTEA REFERENCES module (digest),
    source     BYTEA,
    PRIMARY KEY (hook, number),
    CHECK ((digest IS NULL) <> (source IS NULL))
);
CREATE INDEX version_digest ON version (digest) WHERE digest IS NOT NULL;

-- Which tenants put a module into the store, and when: knowing a digest is not enough to run another tenant's code.
CREATE TABLE module_tenant (
    tenant BIGINT NOT NULL REFERENCES tenant (id),
    put_at BIGINT NOT NULL,
    digest BYTEA NOT NULL REFERENCES module (digest),
    PRIMARY KEY (digest, tenant)
);

CREATE TABLE secret (
    hook  BIGINT NOT NULL REFERENCES hook (number),
    name  TEXT NOT NULL,
    value BYTEA NOT NULL,
    PRIMARY KEY (hook, name)
);

-- From here on rows are written at the rate of events: integer keys, no foreign keys, and no index that is not needed.

CREATE TABLE event (
    id              BIGINT PRIMARY KEY,
    tenant          BIGINT NOT NULL,
    trigger         SMALLINT NOT NULL,
    initiated_by    SMALLINT,
    idempotency_key TEXT,
    fingerprint     BYTEA,
    "user"          TEXT NOT NULL,
    context         TEXT NOT NULL
);
CREATE UNIQUE INDEX event_key ON event (tenant, idempotency_key) WHERE idempotency_key IS NOT NULL;
-- For lists of events.
CREATE INDEX event_tenant ON event (tenant, id);

-- state: 0 pending, 1 leased, 2 succeeded, 3 dead, 4 held (pending, but its hook is disabled), 5 pending for another
-- attempt: those wait in an index of their own, because a first attempt goes before them.
-- next_at: when a pending one is due, when a lease ends. node: who has the lease. crashes: attempts that were lost with
-- their lease; one that lost one may be what ends the daemon.
--
-- Every delivery is updated twice. What that leaves behind is cleared away early and in small steps, so that looking for
-- what is due does not walk through what was.
CREATE TABLE delivery (
    event    BIGINT NOT NULL,
    hook     BIGINT NOT NULL,
    tenant   BIGINT NOT NULL,
    next_at  BIGINT,
    fence    BIGINT NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    crashes  INTEGER NOT NULL DEFAULT 0,
    -- The attempts before the last replay.
    replayed_after INTEGER NOT NULL DEFAULT 0,
    state    SMALLINT NOT NULL,
    node     SMALLINT,
    reason   TEXT,
    PRIMARY KEY (event, hook)
) WITH (
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 1
);
CREATE INDEX delivery_due ON delivery (tenant, next_at, event, hook) WHERE state = 0;
CREATE INDEX delivery_retry ON delivery (tenant, next_at, event, hook) WHERE state = 5;
CREATE INDEX delivery_leased ON delivery (next_at) WHERE state = 1;
CREATE INDEX delivery_dead ON delivery (tenant, event) WHERE state = 3;
CREATE INDEX delivery_held ON delivery (hook, tenant) WHERE state = 4;

-- Times in microseconds; error, logs and http are JSON, and null where there is nothing to say.
CREATE TABLE attempt (
    event             BIGINT NOT NULL,
    hook              BIGINT NOT NULL,
    started_at        BIGINT NOT NULL,
    wall_us           BIGINT NOT NULL,
    cpu_us            BIGINT NOT NULL,
    fuel_used         BIGINT NOT NULL,
    memory_bytes_peak BIGINT NOT NULL,
    number            INTEGER NOT NULL,
    version           INTEGER NOT NULL,
    outcome           SMALLINT NOT NULL,
    error             TEXT,
    logs              TEXT,
    http              TEXT,
    PRIMARY KEY (event, hook, number)
);

-- The outcomes of a hook's last attempts, newest first, a letter each.
CREATE TABLE recent (
    hook     BIGINT PRIMARY KEY,
    outcomes TEXT NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE log (
    tenant        BIGINT NOT NULL,
    id            BIGINT NOT NULL,
    hook          BIGINT,
    event         BIGINT,
    code          TEXT NOT NULL,
    description   TEXT NOT NULL,
    user_id       TEXT,
    user_name     TEXT,
    user_email    TEXT,
    connection    TEXT,
    connection_id TEXT,
    details       TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE audit (
    id      BIGINT PRIMARY KEY,
    tenant  BIGINT NOT NULL,
    token   BIGINT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX audit_tenant ON audit (tenant, id);

-- How much a tenant keeps, in stretches of identifiers that were measured once: events with their attempts and log lines
-- from `first` to `last`. Retention by bytes drops the oldest ones.
CREATE TABLE volume (
    tenant BIGINT NOT NULL,
    first  BIGINT NOT NULL,
    last   BIGINT NOT NULL,
    bytes  BIGINT NOT NULL,
    PRIMARY KEY (tenant, first)
);

-- Daemons that gave a sign of life.
CREATE TABLE node (
    id         TEXT PRIMARY KEY,
    started_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    running    BIGINT NOT NULL,
    version    TEXT NOT NULL,
    address    TEXT
);
