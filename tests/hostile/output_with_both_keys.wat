;; A hook has succeeded or failed, not both.
;; outcome: bad_output
;; message: exactly one
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 16) "{\"value\":1,\"error\":{\"message\":\"no\"}}")
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0x10_00000024)))
