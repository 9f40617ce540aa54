/** What `virtual:hook-types` holds; `hook-types.ts` beside `vite.config.ts` makes it from `guest-sdk/js/*.d.ts`. */

export interface Member {
  kind: 'property' | 'function' | 'class';
  /** As it is written in the definitions. */
  type: string;
  /** The name in `types` of what it is, where that has members. */
  of?: string;
  about?: string;
}

export interface Members {
  [name: string]: Member;
}

export interface HookTypes {
  /** By trigger: what its function is called with. */
  triggers: { [trigger: string]: (Member & { name: string })[] };
  types: { [name: string]: Members };
  globals: Members;
  modules: { [name: string]: Members };
}
