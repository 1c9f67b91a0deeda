/** The site the browser test opens: the page, the bundles and captures, on this machine alone. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** A file by its content, or by its path on the disk. */
export type SiteFile = { readonly text: string } | { readonly path: string };

/** A site that is being served. */
export interface Site {
  readonly address: string;
  close(): void;
}

/** Serves files, each at its path; what else is asked for is not found. */
export async function serve(files: Readonly<Record<string, SiteFile>>): Promise<Site> {
  const server = createServer(({ url = '/' }, response) => {
    const file = files[url];
    response.statusCode = file === undefined ? 404 : 200;
    response.setHeader('content-type', TYPES[extname(url)] ?? 'application/octet-stream');
    if (file === undefined) response.end();
    else response.end('text' in file ? file.text : readFileSync(file.path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, close: () => server.close() };
}
