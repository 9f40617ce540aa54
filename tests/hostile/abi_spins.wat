;; A contract number that is never told.
;; refused: unknown_abi
;; message: does not say which contract
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "hookbox_abi") (result i32) (loop $spin (br $spin)) (unreachable))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (i64.const 0)))
