;; A data segment that does not fit: instantiation traps.
;; outcome: trapped memory_out_of_bounds
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 65535) "ab")
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
