;; Leaves a mark on every byte and every table entry that it can reach, for leftovers_scan.
;; outcome: completed
;; limit: cpu_ms 10000
;; value: null
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (table $table 9999 funcref)
  (global $mark (mut i64) (i64.const 0))
  (elem declare func $fill)
  (func $fill)
  (func (export "post_change_password") (param i32 i32) (result i64)
    (drop (memory.grow (i32.const 1000)))
    (memory.fill (i32.const 0) (i32.const 0xaa) (i32.mul (memory.size) (i32.const 65536)))
    (table.fill $table (i32.const 0) (ref.func $fill) (i32.const 9999))
    (global.set $mark (i64.const -1))
    (i64.const 0)))
