;; No memory to write the input to.
;; refused: missing_export
;; message: `memory`
(module
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
