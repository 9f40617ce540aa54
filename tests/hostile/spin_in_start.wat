;; The start function runs during instantiation, under the same limits.
;; outcome: out_of_fuel
;; limit: fuel 1000000
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func $start (loop $spin (br $spin)))
  (start $start)
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
