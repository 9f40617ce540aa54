-- Of the deliveries that were in flight when the daemon ended, begun marks one that runs again, from before it starts until
-- its lease is given back.
ALTER TABLE delivery ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;

DROP INDEX delivery_due;
CREATE INDEX delivery_due ON delivery (tenant, next_at, event, hook) WHERE state = 0;
-- There are no more of them than slots: this one stays in a page or two, so that the end of a lease touches no page of
-- the large one above. Its entries end with event and hook.
CREATE INDEX delivery_leased ON delivery (tenant) WHERE state = 1;
