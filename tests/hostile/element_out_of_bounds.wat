;; An element segment that does not fit: instantiation traps.
;; outcome: trapped table_out_of_bounds
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (table 1 funcref)
  (func $f)
  (elem (i32.const 1) $f)
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
