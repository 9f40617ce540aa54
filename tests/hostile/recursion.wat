;; Endless recursion ends at the guest's stack, not at the host's.
;; outcome: trapped stack_overflow
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func $deeper (param i64) (result i64)
    (i64.add (i64.const 1) (call $deeper (i64.add (local.get 0) (i64.const 1)))))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (call $deeper (i64.const 0))))
