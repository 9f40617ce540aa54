-- Of the deliveries that were in flight when a node ended, begun marks one that runs again, from before it starts until its
-- lease is given back. Added in place: a table of any size is brought up to date at once. Databases that an earlier build
-- brought to this version have `crashes` as SMALLINT; statements go with both.
ALTER TABLE delivery ADD COLUMN begun BOOLEAN NOT NULL DEFAULT FALSE;
