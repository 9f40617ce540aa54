;; A function by the name of `memory`.
;; refused: mistyped_export
;; message: not a memory
(module
  (memory 1)
  (func (export "memory"))
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
