;; A host function that is called at the very end of the stack has room of its own.
;; outcome: trapped stack_overflow
;; limit: log_lines 5
(module
  (import "hookbox" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func $deeper (param i64) (result i64)
    (call $log (i32.const 1) (i32.const 0) (i32.const 8))
    (i64.add (i64.const 1) (call $deeper (i64.add (local.get 0) (i64.const 1)))))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (call $deeper (i64.const 0))))
