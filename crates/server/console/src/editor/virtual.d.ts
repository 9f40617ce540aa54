/** Made by the plugin `hook-types.ts` when the console is built. */
declare module 'virtual:hook-types' {
  const types: import('./hook-types').HookTypes;
  export default types;
}
