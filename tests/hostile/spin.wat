;; A hook that never ends burns its fuel.
;; outcome: out_of_fuel
;; limit: fuel 1000000
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (loop $spin (br $spin))
    (unreachable)))
