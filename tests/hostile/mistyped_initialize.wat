;; An `_initialize` that wants arguments.
;; refused: mistyped_export
;; message: _initialize
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "_initialize") (param i32))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
