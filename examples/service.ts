/**
 * A monitor as a service: plain HTTP on the loopback interface, everything that was acknowledged on disk. Reports of a day come in
 * as NDJSON, a run is asked for, and SDRs, alerts, candidates, explanations, changes and decisions are served as JSON, each with its
 * JSON Schema at /schemas/<name>.
 *
 *   npx tsx examples/service.ts                          a demonstration: a province with one bad lot, a kill, a restart
 *   npx tsx examples/service.ts --serve FOLDER [PORT]    serves; port 8750 unless told
 *
 *   curl --data-binary @day.ndjson -H 'content-type: application/x-ndjson' 'localhost:8750/reports?receivedOn=2024-04-12'
 *   curl -X POST 'localhost:8750/run?asOf=2024-04-12'
 *   curl localhost:8750/candidates
 */
const [mode, folder, port] = process.argv.slice(2);
// Each part loads what it needs: the client of the demonstration no service, the service no simulation.
if (mode === undefined) {
  const { demonstrate } = await import("./service/demonstration.ts");
  await demonstrate(import.meta.filename);
} else if (mode === "--serve" && folder !== undefined) await serve(folder, Number(port ?? 8750));
else {
  console.error("expected nothing, or --serve FOLDER [PORT]");
  process.exitCode = 2;
}

async function serve(path: string, wanted: number): Promise<void> {
  const { Service } = await import("./service/service.ts");
  const service = await Service.start(path, { port: wanted });
  const stop = (): void => {
    service.close().then(
      () => {
        if (process.connected) process.disconnect();
      },
      (error: unknown) => {
        console.error(error);
        process.exitCode = 1;
      },
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  // A parent that is gone needs no service any more.
  process.once("disconnect", stop);
  if (process.send === undefined) console.log(`listening on http://127.0.0.1:${service.port}`);
  else process.send(service.port);
}
