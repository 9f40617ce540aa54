;; An event does not fit where the guest wants it.
;; outcome: trapped host_call
;; message: outside of the memory
(module
  (import "hookbox" "timer_start" (func $timer_start (param i64) (result i32)))
  (import "hookbox" "next_event" (func $next_event (result i64)))
  (import "hookbox" "take" (func $take (param i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (drop (call $timer_start (i64.const -5)))
    (drop (call $next_event))
    (call $take (i32.const 65530))
    (i64.const 0)))
