;; An import of the right name that is no function.
;; refused: unknown_import
;; message: something else than a function
(module
  (import "hookbox" "log" (global i32))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
