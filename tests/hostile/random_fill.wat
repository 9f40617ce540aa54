;; Random bytes for all of the memory, again and again: the host function watches the time.
;; outcome: timed_out cpu
;; limit: cpu_ms 50
(module
  (import "hookbox" "random" (func $random (param i32 i32)))
  (memory (export "memory") 512)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (loop $again
      (call $random (i32.const 0) (i32.const 0x2000000))
      (br $again))
    (unreachable)))
