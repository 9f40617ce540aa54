import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { hookTypes } from './hook-types.ts';

/** The type definitions for authors of hooks; the build script builds a copy elsewhere, and says where they are. */
const TYPES = process.env['HOOKBOX_GUEST_TYPES'] ?? join(import.meta.dirname, '../../../guest-sdk/js');

/** Puts a compressed twin beside each file, so that the daemon compresses nothing at run time. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir }) {
      for (const entry of readdirSync(dir!, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const file = join(entry.parentPath, entry.name);
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // A picture inside of the code would be loaded with the code, whether it is shown or not.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The console, and the page at `/docs`.
    rolldownOptions: { input: { index: join(import.meta.dirname, 'index.html'), docs: join(import.meta.dirname, 'docs.html') } },
  },
  plugins: [compressed(), hookTypes(TYPES, (path) => readFileSync(path, 'utf8'))],
  // `npx vite` serves the sources while the daemon of `hookbox demo --listen 127.0.0.1:8080` answers the API.
  server: { proxy: { '^/(v1|api|oauth|metrics|openapi.json)': 'http://127.0.0.1:8080' } },
});
