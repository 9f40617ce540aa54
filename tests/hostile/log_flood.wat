;; A hundred thousand lines: the first thousand are kept, the others are counted.
;; outcome: completed
;; limit: cpu_ms 10000
;; value: null
;; dropped: 99000
(module
  (import "hookbox" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (data (i32.const 0) "line")
  (func (export "post_change_password") (param i32 i32) (result i64)
    (local $i i32)
    (loop $more
      (call $log (i32.const 1) (i32.const 0) (i32.const 4))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (i32.const 100000))))
    (i64.const 0)))
