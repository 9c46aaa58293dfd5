// Writes dist/: the engine as the console page loads it. Nothing here is committed.
import { copyFile, mkdir } from "node:fs/promises";
import { build } from "esbuild";

const engine = "node_modules/@duckdb/duckdb-wasm/dist";
await mkdir("dist", { recursive: true });
await build({
  entryPoints: ["engine.mjs"],
  outfile: "dist/engine.mjs",
  bundle: true,
  format: "esm",
  minify: true,
  legalComments: "inline",
});
for (const name of ["duckdb-browser-eh.worker.js", "duckdb-eh.wasm"]) await copyFile(`${engine}/${name}`, `dist/${name}`);
