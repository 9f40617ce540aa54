;; Random bytes behind the end of the memory.
;; outcome: trapped host_call
(module
  (import "hookbox" "random" (func $random (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (call $random (i32.const 65535) (i32.const 2))
    (i64.const 0)))
