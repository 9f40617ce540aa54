;; An exception.
;; refused: not_wasm
;; message: switched off here
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (tag $oops)
  (func (export "post_change_password") (param i32 i32) (result i64)
    (throw $oops)))
