-- Of the deliveries that were in flight when a node ended, begun marks one that runs again, from before it starts until its
-- lease is given back. The table is made anew, since its columns lie in an order that leaves no gaps.
ALTER TABLE delivery RENAME TO delivery_1;
ALTER INDEX delivery_pkey RENAME TO delivery_1_pkey;
DROP INDEX delivery_due, delivery_retry, delivery_leased, delivery_dead, delivery_held;

CREATE TABLE delivery (
    event    BIGINT NOT NULL,
    hook     BIGINT NOT NULL,
    tenant   BIGINT NOT NULL,
    next_at  BIGINT,
    fence    BIGINT NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- The attempts before the last replay.
    replayed_after INTEGER NOT NULL DEFAULT 0,
    crashes  SMALLINT NOT NULL DEFAULT 0,
    state    SMALLINT NOT NULL,
    node     SMALLINT,
    begun    BOOLEAN NOT NULL DEFAULT FALSE,
    reason   TEXT,
    PRIMARY KEY (event, hook)
) WITH (
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 1
);
INSERT INTO delivery (event, hook, tenant, next_at, fence, attempts, replayed_after, crashes, state, node, reason)
SELECT event, hook, tenant, next_at, fence, attempts, replayed_after, crashes::SMALLINT, state, node, reason FROM delivery_1;
DROP TABLE delivery_1;
CREATE INDEX delivery_due ON delivery (tenant, next_at, event, hook) WHERE state = 0;
CREATE INDEX delivery_retry ON delivery (tenant, next_at, event, hook) WHERE state = 5;
CREATE INDEX delivery_leased ON delivery (next_at) WHERE state = 1;
CREATE INDEX delivery_dead ON delivery (tenant, event) WHERE state = 3;
CREATE INDEX delivery_held ON delivery (hook, tenant) WHERE state = 4;
