;; A module for another trigger.
;; refused: missing_export
;; message: post_user_registration
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_user_registration") (param i32 i32) (result i64) (i64.const 0)))
