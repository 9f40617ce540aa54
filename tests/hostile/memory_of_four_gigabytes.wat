;; A memory that starts with all that 32 bits can address.
;; refused: module_too_complex
;; message: 4294967296 bytes
(module
  (memory (export "memory") 65536)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
