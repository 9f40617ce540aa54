;; A timer that is due after the end of the run: waiting costs no CPU time, and ends at the wall limit.
;; outcome: timed_out wall
;; limit: wall_ms 300
;; limit: cpu_ms 200
(module
  (import "hookbox" "timer_start" (func $timer_start (param i64) (result i32)))
  (import "hookbox" "next_event" (func $next_event (result i64)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (drop (call $timer_start (i64.const 0x7fffffffffffffff)))
    (call $next_event)))
