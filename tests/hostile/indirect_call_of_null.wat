;; A call through an empty entry.
;; outcome: trapped bad_indirect_call
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (table 1 funcref)
  (type $none (func))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (call_indirect (type $none) (i32.const 0))
    (i64.const 0)))
