;; A length that is negative when it is read with a sign.
;; outcome: trapped host_call
;; message: 2147483648 bytes at 0
(module
  (import "hookbox" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (call $log (i32.const 1) (i32.const 0) (i32.const 0x80000000))
    (i64.const 0)))
