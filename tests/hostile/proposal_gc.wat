;; A structure on a garbage-collected heap.
;; refused: not_wasm
;; message: switched off here
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (type $point (struct (field i32)))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (drop (struct.new $point (i32.const 1)))
    (i64.const 0)))
