;; A table that starts with ten million elements.
;; refused: module_too_complex
;; message: 10000000 elements
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (table 10000000 funcref)
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
