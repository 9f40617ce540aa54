;; A read behind the end of a table.
;; outcome: trapped table_out_of_bounds
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (table $table 1 funcref)
  (func (export "post_change_password") (param i32 i32) (result i64)
    (drop (table.get $table (i32.const 7)))
    (i64.const 0)))
