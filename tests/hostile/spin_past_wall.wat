;; A hook that spins never lets the executor look at its timers; the epoch sees the wall limit all the same.
;; outcome: timed_out wall
;; limit: fuel 20000000000
;; limit: cpu_ms 10000
;; limit: wall_ms 60
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (loop $spin (br $spin))
    (unreachable)))
