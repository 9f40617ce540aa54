;; A panic or an abort.
;; outcome: trapped unreachable
;; backtrace: inner
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func $inner (unreachable))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (call $inner)
    (i64.const 0)))
