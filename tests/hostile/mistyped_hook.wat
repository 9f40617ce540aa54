;; The function of the trigger with another type.
;; refused: mistyped_export
;; message: (i32) -> i64; it must be (i32, i32) -> i64
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32) (result i64) (i64.const 0)))
