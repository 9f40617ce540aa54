;; A guest that copes with a refused growth is not punished for asking.
;; outcome: completed
;; value: null
;; limit: memory_bytes 131072
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (if (i32.ne (memory.grow (i32.const 9)) (i32.const -1)) (then (unreachable)))
    (if (i32.ne (memory.grow (i32.const 1)) (i32.const 1)) (then (unreachable)))
    (i64.const 0)))
