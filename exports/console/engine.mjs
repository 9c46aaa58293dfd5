// Opens a release's query copy in DuckDB-Wasm. `make console` bundles this file with the engine; console.js loads it
// when the first query is run.
//
// The worker is started from a blob, since only then does the page's Content-Security-Policy bind it too: a worker from
// an address of its own is bound by that answer's headers, which a static host may not send. So the engine cannot ask
// another host for anything, not even for an extension.
import * as duckdb from "@duckdb/duckdb-wasm";

/** Connect to the database at `databaseUrl`; `at(name)` gives the address of a file of the engine. */
export async function openDatabase(databaseUrl, at) {
  const start = new Blob([`importScripts(${JSON.stringify(at("duckdb-browser-eh.worker.js"))});`], { type: "text/javascript" });
  const startUrl = URL.createObjectURL(start);
  const db = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), new Worker(startUrl));
  await db.instantiate(at("duckdb-eh.wasm"));
  URL.revokeObjectURL(startUrl);
  await db.open({
    // Without these two the whole file is fetched before the first answer (duckdb-wasm 1.32).
    filesystem: { forceFullHTTPReads: false, reliableHeadRequests: true },
    // Sums and counts as plain numbers: a result table is for reading.
    query: { castBigIntToDouble: true, castDecimalToDouble: true },
  });
  await db.registerFileURL("kabarchy.db", databaseUrl, duckdb.DuckDBDataProtocol.HTTP, false);
  const connection = await db.connect();
  await connection.query("attach 'kabarchy.db' as kabarchy (read_only)");
  await connection.query("use kabarchy");
  // A missing extension shall be an error that can be read, not a fetch that ends in a trap of the engine.
  await connection.query("set autoinstall_known_extensions = false");
  await connection.query("set autoload_known_extensions = false");
  // And where one is asked for by name, it is looked for on this site.
  await connection.query(`set custom_extension_repository = '${at("extensions").replaceAll("'", "''")}'`);
  await connection.query("set lock_configuration = true");
  return connection;
}
