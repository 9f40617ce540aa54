;; An import of the right name and another type.
;; refused: unknown_import
;; message: as (i32); here it is (i32, i32, i32)
(module
  (import "hookbox" "log" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
