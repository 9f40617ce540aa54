;; Fuel for hours does not help a hook that computes longer than its CPU time.
;; outcome: timed_out cpu
;; limit: fuel 20000000000
;; limit: cpu_ms 50
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (loop $spin (br $spin))
    (unreachable)))
