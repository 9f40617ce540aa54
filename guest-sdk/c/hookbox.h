/* The guest contract of Hookbox, ABI 1, for C. ABI.md in the folder above says what each function does. */
#ifndef HOOKBOX_H
#define HOOKBOX_H

#include <stdint.h>

#define HOOKBOX_ABI 1

#define HOOKBOX_IMPORT(name) __attribute__((import_module("hookbox"), import_name(name)))

/* Put it before a function to export it under its own name. */
#define HOOKBOX_EXPORT(name) __attribute__((export_name(#name))) name

enum hookbox_level { HOOKBOX_DEBUG = 0, HOOKBOX_INFO = 1, HOOKBOX_WARN = 2, HOOKBOX_ERROR = 3 };

/* Starts a request, described in JSON, and gives its id. */
HOOKBOX_IMPORT("http_start") uint32_t hookbox_http_start(const void *json, uint32_t len);

/* Starts a timer and gives its id. */
HOOKBOX_IMPORT("timer_start") uint32_t hookbox_timer_start(int64_t ms);

/* Waits until a request or a timer finishes: id << 32 | length of its event, or 0 when nothing is pending. */
HOOKBOX_IMPORT("next_event") uint64_t hookbox_next_event(void);

/* Copies the event that hookbox_next_event announced; `to` has room for its length. */
HOOKBOX_IMPORT("take") void hookbox_take(void *to);

/* Prints a line. */
HOOKBOX_IMPORT("log") void hookbox_log(enum hookbox_level level, const void *text, uint32_t len);

/* Fills `len` bytes with random ones. */
HOOKBOX_IMPORT("random") void hookbox_random(void *to, uint32_t len);

/* Milliseconds since the start of 1970, UTC. */
HOOKBOX_IMPORT("now_ms") double hookbox_now_ms(void);

/* What a hook returns: 0, or JSON that stays where it is. */
static inline int64_t hookbox_result(const void *json, uint32_t len) {
  return (int64_t)((uint64_t)(uintptr_t)json << 32 | len);
}

#endif
