;; Growths that fail for another reason must not make the host forget what it has given.
;; outcome: out_of_memory
;; limit: cpu_ms 10000
;; limit: memory_bytes 655360
(module
  (memory (export "memory") 1)
  (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "post_change_password") (param i32 i32) (result i64)
    (loop $more
      (drop (memory.grow (i32.const 65536)))
      (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (if (i32.eq (memory.size) (i32.const 10)) (then (unreachable)))
    (loop $spin (br $spin))
    (unreachable)))
