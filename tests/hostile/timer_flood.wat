;; Timers without end: the host holds a bounded number.
;; outcome: trapped host_call
;; message: are pending
(module
  (import "hookbox" "timer_start" (func $timer_start (param i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (loop $more
      (drop (call $timer_start (i64.const 1000)))
      (br $more))
    (unreachable)))
