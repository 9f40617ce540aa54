;; An allocator may call imports: nothing of the guest is active then.
;; outcome: completed
;; value: null
(module
  (import "hookbox" "timer_start" (func $timer_start (param i64) (result i32)))
  (import "hookbox" "next_event" (func $next_event (result i64)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32)
    (drop (call $timer_start (i64.const 1)))
    (drop (call $next_event))
    (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
