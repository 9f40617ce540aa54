;; The allocator is guest code like any other.
;; outcome: out_of_fuel
;; limit: fuel 1000000
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32)
    (loop $spin (br $spin))
    (unreachable))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
