;; There is nothing to take.
;; outcome: trapped host_call
;; message: without an event
(module
  (import "hookbox" "take" (func $take (param i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (call $take (i32.const 0))
    (i64.const 0)))
