;; The one signed division that has no result.
;; outcome: trapped arithmetic
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.div_s (i64.const 0x8000000000000000) (i64.const -1))))
