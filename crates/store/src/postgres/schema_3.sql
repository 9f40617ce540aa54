-- Below which identifiers a node writes no further line of a log, as of its last sign of life: who reads the log by
-- checkpoint reads up to there. Null where the node knows nothing of it.
ALTER TABLE seat ADD COLUMN settled BIGINT;
-- For all hooks of a tenant, deleted ones included.
CREATE INDEX hook_tenant ON hook (tenant, trigger);
