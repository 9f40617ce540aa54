;; A table that grows for ever stops at its most.
;; outcome: out_of_memory
;; limit: cpu_ms 10000
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (table $table 1 funcref)
  (func (export "post_change_password") (param i32 i32) (result i64)
    (loop $more
      (br_if $more (i32.ne (table.grow $table (ref.null func) (i32.const 100)) (i32.const -1))))
    (unreachable)))
