;; What another run left behind in memory, table or global would trap here.
;; outcome: completed
;; limit: cpu_ms 10000
;; value: null
;; after: leftovers_fill.wat
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 0))
  (table $table 9999 funcref)
  (global $mark (mut i64) (i64.const 0))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (local $at i32) (local $end i32)
    (drop (memory.grow (i32.const 1000)))
    (memory.fill (i32.const 0) (i32.const 0) (local.get 1))
    (local.set $end (i32.mul (memory.size) (i32.const 65536)))
    (loop $scan
      (if (i64.ne (i64.load (local.get $at)) (i64.const 0)) (then (unreachable)))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $scan (i32.lt_u (local.get $at) (local.get $end))))
    (local.set $at (i32.const 0))
    (loop $entries
      (if (i32.eqz (ref.is_null (table.get $table (local.get $at)))) (then (unreachable)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $entries (i32.lt_u (local.get $at) (i32.const 9999))))
    (if (i64.ne (global.get $mark) (i64.const 0)) (then (unreachable)))
    (i64.const 0)))
