;; An allocator that aborts when memory is refused: the limit is named, not the abort.
;; outcome: out_of_memory
;; limit: memory_bytes 1048576
;; message: 1048576
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (loop $more
      (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (unreachable)))
