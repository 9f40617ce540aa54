;; Memory and tables share one limit.
;; outcome: out_of_memory
;; limit: memory_bytes 70000
(module
  (memory (export "memory") 1)
  (table 1000 funcref)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
