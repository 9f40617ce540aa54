;; A hook that fails in an orderly way.
;; outcome: failed
;; message: no mail
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 16) "{\"error\":{\"message\":\"no mail\",\"name\":\"MailError\",\"retryable\":false,\"properties\":{\"code\":7}}}")
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0x10_0000005c)))
