/** What `flows` adds to the records of the tracker: names, what was said, and links across address translation. */
import type { AddressName, Names } from '../cluster/names.ts';
import type { ApplicationObserver } from '../flow/application-observer.ts';
import type { FlowEndpoint, FlowRecord, FlowTunnel } from '../flow/flow-record.ts';
import type { NatLink } from '../flow/nat-link.ts';

/** Where the facts come from; what is left out is not told. */
export interface FlowFactSources {
  readonly names: Names;
  readonly applications: ApplicationObserver | undefined;
  readonly links: ReadonlyMap<number, readonly NatLink[]>;
}

/** The record with everything that is known of it. */
export function withFacts(flow: FlowRecord, { names, applications, links }: FlowFactSources): FlowRecord {
  const application = applications?.application(flow.id);
  const nat = links.get(flow.id);
  return {
    ...flow,
    client: namedEndpoint(flow.client, names),
    server: namedEndpoint(flow.server, names),
    tunnel: flow.tunnel.map((tunnel) => namedTunnel(tunnel, names)),
    ...(application === undefined ? {} : { application }),
    ...(nat === undefined ? {} : { nat }),
  };
}

function namedEndpoint(endpoint: FlowEndpoint, names: Names): FlowEndpoint {
  const name = names.nameOf(endpoint.ip, endpoint.port);
  return name === undefined ? endpoint : { ...endpoint, ...told(name) };
}

function told({ pod, node, service, inferred }: AddressName): Partial<FlowEndpoint> {
  return {
    ...(pod === undefined ? {} : { pod }),
    ...(node === undefined ? {} : { node }),
    ...(service === undefined ? {} : { service }),
    ...(inferred ? { inferred } : {}),
  };
}

function namedTunnel(tunnel: FlowTunnel, names: Names): FlowTunnel {
  const client = names.nameOf(tunnel.client)?.node;
  const server = names.nameOf(tunnel.server)?.node;
  return {
    ...tunnel,
    ...(client === undefined ? {} : { client_node: client }),
    ...(server === undefined ? {} : { server_node: server }),
  };
}
