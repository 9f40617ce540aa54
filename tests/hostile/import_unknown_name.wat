;; An import that does not exist.
;; refused: unknown_import
;; message: hookbox.http_send
(module
  (import "hookbox" "http_send" (func (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
