/** What DNS says of a cluster: who answers for its own domain, and which services have which addresses. */

import { readDomainName } from '../../protocols/dns-name.ts';
import type { AddressOctets } from '../address.ts';
import { ipv4Octets, isRoutable } from '../address.ts';
import { Sighting } from '../evidence.ts';
import type { NameServer, Observations } from './observations.ts';

const HEADER = 12;
const QUESTION_FIXED = 4;
const RECORD_FIXED = 10;
const TYPE_A = 1;
const TYPE_AAAA = 28;
/** Records looked at in a message, and servers and names remembered. */
const MOST_RECORDS = 64;
const MOST_REMEMBERED = 16_384;
/** Names of services (Kubernetes DNS specification 1.1.0, §2.3.1): `web.default.svc.cluster.local`. */
const SERVICE_NAME = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.[a-z0-9.-]+$/i;

/** A message and where it stands. */
export interface DnsMessageAt {
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
  /** Address of the side with port 53. */
  readonly server: AddressOctets;
}

/** Adds what a DNS message over UDP says to the observations. */
export function observeDns(observations: Observations, message: DnsMessageAt, number: number, point: string): void {
  const { view, start, end } = message;
  if (start + HEADER > end) return;
  const server = serverOf(observations, message.server);
  server?.seen.add(number, point);
  let at = start + HEADER;
  let isCluster = false;
  for (let i = Math.min(view.getUint16(start + 4), MOST_RECORDS); i > 0; i--) {
    const name = readDomainName(view, start, at, end);
    at = name.next + QUESTION_FIXED;
    if (at > end) return;
    isCluster ||= SERVICE_NAME.test(name.text);
  }
  if (isCluster) server?.clusterNames.add(number, point);
  const isResponse = (view.getUint8(start + 2) & 0x80) !== 0;
  if (!isResponse) return;
  for (let i = Math.min(view.getUint16(start + 6), MOST_RECORDS); i > 0; i--) {
    const name = readDomainName(view, start, at, end);
    const data = name.next + RECORD_FIXED;
    if (data > end) return;
    const next = data + view.getUint16(data - 2);
    if (next > end) return;
    const address = addressRecord(view, view.getUint16(name.next), data, next);
    if (address !== undefined) remember(observations, name.text, address, number, point);
    at = next;
  }
}

function serverOf({ nameServers }: Observations, address: AddressOctets): NameServer | undefined {
  let server = nameServers.get(address);
  if (server === undefined && nameServers.size < MOST_REMEMBERED) {
    server = { seen: new Sighting(), clusterNames: new Sighting() };
    nameServers.set(address, server);
  }
  return server;
}

function addressRecord(view: DataView, type: number, data: number, next: number): AddressOctets | undefined {
  if (type === TYPE_A && next - data === 4) return ipv4Octets(view.getUint32(data));
  if (type !== TYPE_AAAA || next - data !== 16) return undefined;
  let octets = '';
  for (let at = data; at < next; at++) octets += String.fromCharCode(view.getUint8(at));
  return octets;
}

function remember(
  { serviceNames }: Observations,
  name: string,
  address: AddressOctets,
  number: number,
  point: string,
): void {
  const [, service, namespace] = SERVICE_NAME.exec(name) ?? [];
  if (service === undefined || !isRoutable(address)) return;
  let known = serviceNames.get(address);
  if (known === undefined) {
    if (serviceNames.size === MOST_REMEMBERED) return;
    known = { name: `${namespace}/${service}`, seen: new Sighting() };
    serviceNames.set(address, known);
  }
  known.seen.add(number, point);
}
