;; What is no UTF-8 is replaced, not refused; an unknown level is an error line.
;; outcome: completed
;; value: null
;; log: error a�b
(module
  (import "hookbox" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 0) "a\ffb")
  (func (export "post_change_password") (param i32 i32) (result i64)
    (call $log (i32.const 99) (i32.const 0) (i32.const 3))
    (i64.const 0)))
