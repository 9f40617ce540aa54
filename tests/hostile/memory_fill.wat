;; Bulk instructions burn fuel for every byte: a gigabyte is all of the default.
;; outcome: out_of_fuel
;; limit: cpu_ms 10000
(module
  (memory (export "memory") 16)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (loop $again
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x100000))
      (br $again))
    (unreachable)))
