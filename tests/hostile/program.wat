;; A program with `_start` is not a library.
;; refused: mistyped_export
;; message: _start
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "_start"))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
