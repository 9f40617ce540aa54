;; A write whose last byte is behind the end of the memory.
;; outcome: trapped memory_out_of_bounds
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.store (i32.const 65529) (i64.const -1))
    (i64.const 0)))
