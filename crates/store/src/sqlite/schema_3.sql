-- For all hooks of a tenant, deleted ones included, and for those of a trigger.
CREATE INDEX hook_tenant ON hook (tenant, trigger);
