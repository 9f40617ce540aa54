;; A second memory.
;; refused: module_too_complex
;; message: 2 memories
(module
  (memory (export "memory") 1)
  (memory 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
