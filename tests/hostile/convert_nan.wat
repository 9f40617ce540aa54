;; A float that fits no integer.
;; outcome: trapped arithmetic
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.trunc_f64_s (f64.const nan))))
