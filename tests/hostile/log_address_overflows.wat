;; An address and a length whose sum wraps around.
;; outcome: trapped host_call
;; message: outside of the memory
(module
  (import "hookbox" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (call $log (i32.const 1) (i32.const 0xffffffff) (i32.const 2))
    (i64.const 0)))
